SELECT
  SUM(contacts.seconds) / NULLIF(COUNT(*), 0) AS handle_time
FROM contacts
LEFT JOIN customers
  ON contacts.customer_id = customers.customer_id
WHERE
  contacts.started_at >= CAST('2026-03-01' AS DATE)
  AND contacts.started_at < CAST('2026-04-01' AS DATE)
  AND customers.segment = 'Small'
  AND (
    customers.vip <> TRUE OR customers.vip IS NULL
  )
  AND contacts.channel <> 'Bot'
