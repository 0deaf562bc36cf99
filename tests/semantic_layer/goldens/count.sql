SELECT
  COUNT(*) AS volume
FROM contacts
