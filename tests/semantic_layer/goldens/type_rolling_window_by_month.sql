WITH periods_of_contacts_last_30_days AS (
  SELECT
    period,
    first_day,
    day_after
  FROM (VALUES
    (
      CAST('2026-01-01' AS DATE),
      CAST('2026-01-02' AS DATE),
      CAST('2026-02-01' AS DATE)
    ),
    (
      CAST('2026-02-01' AS DATE),
      CAST('2026-01-30' AS DATE),
      CAST('2026-03-01' AS DATE)
    ),
    (
      CAST('2026-03-01' AS DATE),
      CAST('2026-03-02' AS DATE),
      CAST('2026-04-01' AS DATE)
    )) AS runs(period, first_day, day_after)
), contacts_last_30_days AS (
  SELECT
    periods_of_contacts_last_30_days.period,
    COUNT(*) AS recent_volume
  FROM contacts
  INNER JOIN periods_of_contacts_last_30_days
    ON contacts.started_at >= periods_of_contacts_last_30_days.first_day
    AND contacts.started_at < periods_of_contacts_last_30_days.day_after
  GROUP BY
    1
)
SELECT
  period,
  contacts_last_30_days.recent_volume AS recent_volume
FROM contacts_last_30_days
ORDER BY
  period ASC
