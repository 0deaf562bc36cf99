WITH contacts_totals AS (
  SELECT
    COALESCE(contacts.channel, '(unknown)') AS channel,
    COALESCE(CAST(customers.tier AS TEXT), '(unknown)') AS tier,
    COUNT(*) AS volume,
    SUM(CASE WHEN contacts.channel <> 'Bot' THEN contacts.seconds ELSE 0 END) AS handle_time_numerator,
    COUNT(*) FILTER(WHERE
      contacts.channel <> 'Bot') AS handle_time_denominator
  FROM contacts
  LEFT JOIN customers
    ON contacts.customer_id = customers.customer_id
  GROUP BY
    1,
    2
)
SELECT
  channel,
  tier,
  contacts_totals.volume AS volume,
  contacts_totals.handle_time_numerator / NULLIF(contacts_totals.handle_time_denominator, 0) AS handle_time
FROM contacts_totals
WHERE
  contacts_totals.volume >= 2
ORDER BY
  handle_time DESC,
  CASE channel WHEN 'Voice' THEN 0 WHEN 'Chat' THEN 1 ELSE 2 END ASC,
  channel ASC,
  TRY_CAST(tier AS DOUBLE) ASC,
  tier ASC
LIMIT 3
