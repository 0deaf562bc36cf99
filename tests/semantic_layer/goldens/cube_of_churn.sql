WITH numbered_customers AS (
  SELECT
    *,
    CAST(COALESCE(
      ENUM_CODE(
        TRY_CAST(COALESCE(customers.segment, '(unknown)') AS ENUM('Large', 'Small', '(unknown)'))
      ),
      3
    ) AS INT) AS cell_1_of_customers
  FROM customers
), cells AS (
  SELECT
    COALESCE(customers.cell_1_of_customers, 2) AS cell_1_of_customers,
    CAST(months.month >= CAST('2026-03-01' AS DATE)
    AND months.month < CAST('2026-04-01' AS DATE) AS TINYINT) AS is_now,
    COUNT(*) AS row_count,
    COUNT(*) FILTER(WHERE
      months.churned AND months.mrr > 10) AS n,
    COUNT(*) AS d,
    COUNT(*) FILTER(WHERE
      months.churned AND months.mrr > 10) AS nn,
    COUNT(*) FILTER(WHERE
      months.churned AND months.mrr > 10) AS nd,
    COUNT(*) AS dd
  FROM months
  LEFT JOIN numbered_customers AS customers
    ON months.customer_id = customers.customer_id
  WHERE
    (
      months.month >= CAST('2026-02-01' AS DATE)
      AND months.month < CAST('2026-03-01' AS DATE)
      OR months.month >= CAST('2026-03-01' AS DATE)
      AND months.month < CAST('2026-04-01' AS DATE)
    )
  GROUP BY
    1,
    2
)
SELECT
  cell_1_of_customers % 4 AS segment,
  is_now,
  row_count,
  n,
  d,
  nn,
  nd,
  dd
FROM cells
