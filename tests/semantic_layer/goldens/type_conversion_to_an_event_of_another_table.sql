SELECT
  COALESCE(customers.segment, '(unknown)') AS segment,
  COUNT(*) FILTER(WHERE
    NOT followed_by_surveys_1.contact_id IS NULL) / NULLIF(COUNT(*), 0) AS contact_to_survey
FROM contacts
LEFT JOIN customers
  ON contacts.customer_id = customers.customer_id
LEFT JOIN (
  SELECT DISTINCT
    contacts.contact_id
  FROM contacts
  INNER JOIN (
    SELECT
      surveys.asked AS entity,
      surveys.responded_at AS followed_at
    FROM surveys
    WHERE
      NOT surveys.csat IS NULL
  ) AS later
    ON contacts.customer_id = later.entity
    AND later.followed_at >= contacts.started_at
    AND later.followed_at < contacts.started_at + INTERVAL '5' DAY
) AS followed_by_surveys_1
  ON contacts.contact_id = followed_by_surveys_1.contact_id
WHERE
  contacts.started_at >= CAST('2026-01-01' AS DATE)
  AND contacts.started_at < CAST('2026-04-01' AS DATE)
  AND contacts.started_at < CAST('2026-03-27' AS DATE)
  AND contacts.channel <> 'Bot'
GROUP BY
  1
ORDER BY
  segment ASC
