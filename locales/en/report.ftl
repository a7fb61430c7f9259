# Texts of reports. Every key stands in every language; a test compares them.

report-title = Customer service scorecard
report-of = { $company }: customer service scorecard
period = { $from } to { $to }
compared-with = compared with { $from } to { $to }
changes-between = changes between { $before } and { $now }
trend-by = Trend by { $grain }
zone = Time zone { $zone }
calendar = Business time by the calendar “{ $calendar }”
calendar-teams = Business time by each team’s calendar
calendar-none = No calendar: no business time
known-until = Data up to { $at }
recorded-as-of = As known on { $at }
filters = Only where { $filters }

grain-day = day
grain-week = week
grain-month = month
grain-quarter = quarter
grain-year = year

family-satisfaction = Satisfaction and loyalty
family-speed = Speed
family-resolution = Resolution
family-volume = Volume
family-self_service = Self-service
family-quality = Quality
family-agents = Agents
family-customers = Customers
family-money = Money
family-social = Social media
family-journey = Customer journey
family-own = Our own metrics

value = Value
interval = 95 % interval
interval-of = 95 % interval { $low } to { $high }
counted = Counted from
previous = Before
change = Change
verdict = Verdict
trend = Trend
metric = Metric
group = Group
period-column = Period
low = Low
high = High
rows = Rows
share = Share
unknown-group = unknown

verdict-better = better
verdict-worse = worse
verdict-higher = higher
verdict-lower = lower
verdict-same = no detectable change
verdict-little = too little data
no-verdict = no comparison
from-before = { $before } before
no-data = no data
withheld = withheld: too few
cut-off = running
few-rows = few rows: read with care
still-open = { $count ->
    [one] { $shown } still open
   *[other] { $shown } still open
}
n-of = { $numerator } of { $denominator } { $counts }
n-rows = { $n } { $counts }

guard-title = Kept honest by
guard-warning = This got better while { $metric } got worse.
guard-fine = { $metric }: { $verdict }

findings-title = What stands out
findings-none = Nothing changed more than chance explains.
finding-pair = { $where }: { $speed } got better ({ $speed_before } → { $speed_after }) while { $quality } got worse ({ $quality_before } → { $quality_after }).
finding-better = { $where }: { $metric } got better, { $before } → { $after }.
finding-worse = { $where }: { $metric } got worse, { $before } → { $after }.
finding-changed = { $where }: { $metric } changed, { $before } → { $after }.
finding-article = { $article } sends { $value } of its readers to support; all articles together { $all }.
finding-peak = { $metric } in { $period }: { $times } times the usual.
finding-peak-mark = { $name } came on { $on }.
dimension-channel = Channel
dimension-team = Team
everywhere = Overall

definition = Definition
how-to-read = { $id }, dated by { $dated_by }
differences = Where other tools differ
sources = Sources
bands = Published figures
target = Target
target-is = Target { $value }
better-higher = higher is better
better-lower = lower is better
better-neither = neither way is better

by-channel = By channel
by-team = By team
by-article = By article
parts = Parts
chart-values = The chart’s values
chart-of = { $metric } by { $grain }, { $from } to { $to }
chart-first-last = First { $first }, last { $last }.
bars-of = { $metric }, { $by }
marks-title = What happened
mark-release = Release
mark-campaign = Campaign
mark-incident = Incident

absent-title = Not computed yet
absent-needs = needs { $tables }
absent-intro = These metrics have no rows in the data at hand. What would bring them:

contents = Contents
about-title = How to read this page
about-interval = A number is an estimate. The interval says where the true value lies with 95 % confidence; where there is none, none is known.
about-verdict = A change is called a change only if it is detectable: the interval of the difference, corrected for the number of comparisons, leaves out zero.
about-empty = No data is said as such and never shown as 0. A hollow point is still running: cases in it are open.
about-guard = Speed metrics stand beside the quality metrics that they could be gamed against.
made-with = Made with Mittari { $version }. Nothing on this page was loaded from anywhere.

duration-days = { $days } d { $hours } h
duration-days-only = { $days } d
duration-hours = { $hours } h { $minutes } min
duration-hours-only = { $hours } h
duration-minutes = { $minutes } min { $seconds } s
duration-minutes-only = { $minutes } min
duration-seconds = { $seconds } s
points = { $value } points

month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = May
month-6 = Jun
month-7 = Jul
month-8 = Aug
month-9 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec
date-day = { $day } { $month } { $year }
date-month = { $month } { $year }
date-quarter = Q{ $quarter } { $year }
