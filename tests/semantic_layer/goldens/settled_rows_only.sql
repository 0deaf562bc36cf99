SELECT
  CAST(DATE_TRUNC('WEEK', contacts.started_at) AS DATE) AS period,
  COUNT(*) FILTER(WHERE
    contacts.resolved AND contacts.channel <> 'Bot') / NULLIF(COUNT(*) FILTER(WHERE
    contacts.channel <> 'Bot'), 0) AS resolution
FROM contacts
WHERE
  contacts.started_at >= CAST('2026-03-01' AS DATE)
  AND contacts.started_at < CAST('2026-04-01' AS DATE)
  AND contacts.started_at < CAST('2026-03-25' AS DATE)
GROUP BY
  1
ORDER BY
  period ASC
