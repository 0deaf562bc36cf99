WITH contacts_totals AS (
  SELECT
    COUNT(*) AS contacts_each_numerator
  FROM contacts
  WHERE
    contacts.started_at >= CAST('2026-03-01' AS DATE)
    AND contacts.started_at < CAST('2026-04-01' AS DATE)
), months_totals AS (
  SELECT
    COUNT(*) AS contacts_each_denominator
  FROM months
  WHERE
    months.month >= CAST('2026-03-01' AS DATE)
    AND months.month < CAST('2026-04-01' AS DATE)
)
SELECT
  COALESCE(contacts_totals.contacts_each_numerator, 0) / NULLIF(COALESCE(months_totals.contacts_each_denominator, 0), 0) AS contacts_each
FROM contacts_totals
CROSS JOIN months_totals
