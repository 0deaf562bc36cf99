WITH contacts_totals AS (
  SELECT
    COALESCE(contacts.channel, '(unknown)') AS channel,
    QUANTILE_CONT(contacts.seconds, 0.9) AS slow_end
  FROM contacts
  WHERE
    contacts.started_at >= CAST('2026-01-01' AS DATE)
    AND contacts.started_at < CAST('2026-04-01' AS DATE)
  GROUP BY
    1
)
SELECT
  channel,
  contacts_totals.slow_end AS slow_end
FROM contacts_totals
ORDER BY
  CASE channel WHEN 'Voice' THEN 0 WHEN 'Chat' THEN 1 ELSE 2 END ASC,
  channel ASC
