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
    CAST(contacts.started_at >= CAST('2026-03-01' AS DATE)
    AND contacts.started_at < CAST('2026-04-01' AS DATE) AS TINYINT) AS is_now,
    COUNT(*) AS row_count,
    COUNT(*) AS n,
    0 AS d,
    COUNT(*) AS nn,
    0 AS nd,
    0 AS dd
  FROM surveys
  LEFT JOIN contacts
    ON surveys.contact_id = contacts.contact_id
  LEFT JOIN numbered_customers AS customers
    ON contacts.customer_id = customers.customer_id
  WHERE
    (
      contacts.started_at >= CAST('2026-02-01' AS DATE)
      AND contacts.started_at < CAST('2026-03-01' AS DATE)
      OR contacts.started_at >= CAST('2026-03-01' AS DATE)
      AND contacts.started_at < CAST('2026-04-01' AS DATE)
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
FROM cells;

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
    CAST(contacts.started_at >= CAST('2026-03-01' AS DATE)
    AND contacts.started_at < CAST('2026-04-01' AS DATE) AS TINYINT) AS is_now,
    COUNT(*) AS row_count,
    0 AS n,
    COUNT(*) AS d,
    0 AS nn,
    0 AS nd,
    COUNT(*) AS dd
  FROM contacts
  LEFT JOIN numbered_customers AS customers
    ON contacts.customer_id = customers.customer_id
  WHERE
    (
      contacts.started_at >= CAST('2026-02-01' AS DATE)
      AND contacts.started_at < CAST('2026-03-01' AS DATE)
      OR contacts.started_at >= CAST('2026-03-01' AS DATE)
      AND contacts.started_at < CAST('2026-04-01' AS DATE)
    )
    AND contacts.channel <> 'Bot'
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
