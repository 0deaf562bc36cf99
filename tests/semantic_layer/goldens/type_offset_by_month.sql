WITH contacts_totals AS (
  SELECT
    CAST(DATE_TRUNC('MONTH', contacts.started_at) AS DATE) AS period,
    COUNT(*) AS volume
  FROM contacts
  WHERE
    contacts.started_at >= CAST('2026-02-01' AS DATE)
    AND contacts.started_at < CAST('2026-04-01' AS DATE)
  GROUP BY
    1
), contacts_1_month_earlier AS (
  SELECT
    CAST(CAST(DATE_TRUNC('MONTH', contacts.started_at) AS DATE) + INTERVAL '1' MONTH AS DATE) AS period,
    COUNT(*) AS volume
  FROM contacts
  WHERE
    contacts.started_at >= CAST('2026-01-01' AS DATE)
    AND contacts.started_at < CAST('2026-03-01' AS DATE)
  GROUP BY
    1
)
SELECT
  period,
  COALESCE(contacts_totals.volume, 0) AS volume,
  COALESCE(contacts_totals.volume, 0) / NULLIF(NULLIF(contacts_1_month_earlier.volume, 0), 0) - 1 AS volume_growth
FROM contacts_totals
FULL JOIN contacts_1_month_earlier
  USING (period)
ORDER BY
  period ASC
