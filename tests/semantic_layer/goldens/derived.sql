WITH surveys_totals AS (
  SELECT
    COALESCE(contacts.channel, '(unknown)') AS channel,
    COUNT(*) FILTER(WHERE
      surveys.csat >= 4) AS answered_share_numerator,
    COUNT(surveys.csat) AS answered_share_denominator,
    COUNT(*) FILTER(WHERE
      surveys.csat <= 2) AS bad_share_numerator
  FROM surveys
  LEFT JOIN contacts
    ON surveys.contact_id = contacts.contact_id
  WHERE
    surveys.responded_at >= CAST('2026-03-01' AS DATE)
    AND surveys.responded_at < CAST('2026-04-01' AS DATE)
  GROUP BY
    1
)
SELECT
  channel,
  100 * (
    (
      surveys_totals.answered_share_numerator / NULLIF(surveys_totals.answered_share_denominator, 0)
    ) - (
      surveys_totals.bad_share_numerator / NULLIF(surveys_totals.answered_share_denominator, 0)
    )
  ) AS net
FROM surveys_totals
ORDER BY
  CASE channel WHEN 'Voice' THEN 0 WHEN 'Chat' THEN 1 ELSE 2 END ASC,
  channel ASC
