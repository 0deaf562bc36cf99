SELECT
  contacts.contact_id AS contact_id
FROM contacts
LEFT JOIN customers
  ON contacts.customer_id = customers.customer_id
WHERE
  contacts.started_at >= CAST('2026-03-01' AS DATE)
  AND contacts.started_at < CAST('2026-04-01' AS DATE)
  AND customers.segment = 'Small'
ORDER BY
  1
LIMIT 9
