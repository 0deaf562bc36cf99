WITH surveys_totals AS (
  SELECT
    COALESCE(customers.segment, '(unknown)') AS segment,
    COUNT(*) AS response_rate_numerator
  FROM surveys
  LEFT JOIN contacts
    ON surveys.contact_id = contacts.contact_id
  LEFT JOIN customers
    ON contacts.customer_id = customers.customer_id
  WHERE
    contacts.started_at >= CAST('2026-03-01' AS DATE)
    AND contacts.started_at < CAST('2026-04-01' AS DATE)
  GROUP BY
    1
), contacts_totals AS (
  SELECT
    COALESCE(customers.segment, '(unknown)') AS segment,
    COUNT(*) AS response_rate_denominator
  FROM contacts
  LEFT JOIN customers
    ON contacts.customer_id = customers.customer_id
  WHERE
    contacts.started_at >= CAST('2026-03-01' AS DATE)
    AND contacts.started_at < CAST('2026-04-01' AS DATE)
    AND contacts.channel <> 'Bot'
  GROUP BY
    1
)
SELECT
  segment,
  COALESCE(surveys_totals.response_rate_numerator, 0) / NULLIF(COALESCE(contacts_totals.response_rate_denominator, 0), 0) AS response_rate
FROM surveys_totals
FULL JOIN contacts_totals
  USING (segment)
ORDER BY
  segment ASC
