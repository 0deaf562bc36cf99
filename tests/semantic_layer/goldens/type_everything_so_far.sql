WITH surveys_so_far AS (
  SELECT
    COALESCE(contacts.channel, '(unknown)') AS channel,
    COUNT(*) AS all_surveys
  FROM surveys
  LEFT JOIN contacts
    ON surveys.contact_id = contacts.contact_id
  WHERE
    surveys.responded_at < CAST('2026-03-01' AS DATE)
  GROUP BY
    1
)
SELECT
  channel,
  surveys_so_far.all_surveys AS all_surveys
FROM surveys_so_far
ORDER BY
  CASE channel WHEN 'Voice' THEN 0 WHEN 'Chat' THEN 1 ELSE 2 END ASC,
  channel ASC
