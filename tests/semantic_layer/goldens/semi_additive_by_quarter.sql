WITH last_months_of_months AS (
  SELECT
    MAX(months.month) AS month
  FROM months
  GROUP BY
    CAST(DATE_TRUNC('QUARTER', months.month - INTERVAL '1' MONTH) + INTERVAL '1' MONTH AS DATE)
), months_at_end AS (
  SELECT
    COALESCE(customers.segment, '(unknown)') AS segment,
    CAST(DATE_TRUNC('QUARTER', months.month - INTERVAL '1' MONTH) + INTERVAL '1' MONTH AS DATE) AS period,
    COUNT(*) AS active
  FROM months
  LEFT JOIN customers
    ON months.customer_id = customers.customer_id
  WHERE
    NOT months.month IS NULL
    AND months.month IN (
      SELECT
        month
      FROM last_months_of_months
    )
  GROUP BY
    1,
    2
)
SELECT
  segment,
  period,
  months_at_end.active AS active
FROM months_at_end
ORDER BY
  segment ASC,
  period ASC
