SELECT
  COALESCE(customers.segment, '(unknown)') AS segment,
  CAST(COUNT_IF(months.churned AND months.mrr > 10) AS DOUBLE) / NULLIF(COUNT(*), 0) AS churn
FROM months
LEFT JOIN customers
  ON months.customer_id = customers.customer_id
WHERE
  months.month >= CAST('2026-03-01' AS DATE)
  AND months.month < CAST('2026-04-01' AS DATE)
GROUP BY
  1
ORDER BY
  segment ASC
