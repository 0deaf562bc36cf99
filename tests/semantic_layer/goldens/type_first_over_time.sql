WITH first_months_of_months AS (
  SELECT
    MIN(months.month) AS month
  FROM months
  WHERE
    months.month >= CAST('2026-01-01' AS DATE)
    AND months.month < CAST('2026-04-01' AS DATE)
), months_at_start AS (
  SELECT
    COUNT(*) AS opening
  FROM months
  WHERE
    months.month >= CAST('2026-01-01' AS DATE)
    AND months.month < CAST('2026-04-01' AS DATE)
    AND months.month IN (
      SELECT
        month
      FROM first_months_of_months
    )
), last_months_of_months AS (
  SELECT
    MAX(months.month) AS month
  FROM months
  WHERE
    months.month >= CAST('2026-01-01' AS DATE)
    AND months.month < CAST('2026-04-01' AS DATE)
), months_at_end AS (
  SELECT
    COUNT(*) AS active
  FROM months
  WHERE
    months.month >= CAST('2026-01-01' AS DATE)
    AND months.month < CAST('2026-04-01' AS DATE)
    AND months.month IN (
      SELECT
        month
      FROM last_months_of_months
    )
)
SELECT
  months_at_start.opening AS opening,
  months_at_end.active AS active
FROM months_at_start
CROSS JOIN months_at_end
