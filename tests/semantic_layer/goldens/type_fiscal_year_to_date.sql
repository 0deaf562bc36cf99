WITH periods_of_months_fiscal_year_to_date AS (
  SELECT
    period,
    first_day,
    day_after
  FROM (VALUES
    (
      CAST('2026-01-01' AS DATE),
      CAST('2025-02-01' AS DATE),
      CAST('2026-02-01' AS DATE)
    ),
    (
      CAST('2026-02-01' AS DATE),
      CAST('2026-02-01' AS DATE),
      CAST('2026-03-01' AS DATE)
    ),
    (
      CAST('2026-03-01' AS DATE),
      CAST('2026-02-01' AS DATE),
      CAST('2026-04-01' AS DATE)
    )) AS runs(period, first_day, day_after)
), months_fiscal_year_to_date AS (
  SELECT
    periods_of_months_fiscal_year_to_date.period,
    SUM(months.mrr) AS fiscal_mrr
  FROM months
  INNER JOIN periods_of_months_fiscal_year_to_date
    ON months.month >= periods_of_months_fiscal_year_to_date.first_day
    AND months.month < periods_of_months_fiscal_year_to_date.day_after
  GROUP BY
    1
)
SELECT
  period,
  months_fiscal_year_to_date.fiscal_mrr AS fiscal_mrr
FROM months_fiscal_year_to_date
ORDER BY
  period ASC
