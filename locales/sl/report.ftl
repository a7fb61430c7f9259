# Besedila poročil.

report-title = Kazalniki podpore strankam
report-of = { $company }: kazalniki podpore strankam
period = { $from } – { $to }
compared-with = v primerjavi z { $from } – { $to }
changes-between = spremembe med { $before } in { $now }
trend-by = Potek; obdobje: { $grain }
zone = Časovni pas { $zone }
calendar = Delovni čas po koledarju »{ $calendar }«
calendar-teams = Delovni čas po koledarju vsake ekipe
calendar-none = Ni koledarja: ni delovnega časa
known-until = Podatki do { $at }
recorded-as-of = Kot je bilo znano { $at }
filters = Samo kjer { $filters }

grain-day = dan
grain-week = teden
grain-month = mesec
grain-quarter = četrtletje
grain-year = leto

family-satisfaction = Zadovoljstvo in zvestoba
family-speed = Hitrost
family-resolution = Rešitve
family-volume = Obseg
family-self_service = Samopomoč
family-quality = Kakovost
family-agents = Agenti
family-customers = Stranke
family-money = Denar
family-social = Družbena omrežja
family-journey = Pot stranke
family-own = Lastni kazalniki

value = Vrednost
interval = 95-odstotni interval
interval-of = 95-odstotni interval od { $low } do { $high }
counted = Šteto iz
previous = Prej
change = Sprememba
verdict = Sklep
trend = Potek
metric = Kazalnik
group = Skupina
period-column = Obdobje
low = Spodnja meja
high = Zgornja meja
rows = Vrstic
share = Delež
unknown-group = neznano

verdict-better = bolje
verdict-worse = slabše
verdict-higher = več
verdict-lower = manj
verdict-same = ni zaznavne spremembe
verdict-little = premalo podatkov
no-verdict = brez primerjave
from-before = prej { $before }
no-data = ni podatkov
withheld = skrito: premalo
cut-off = še teče
few-rows = malo vrstic: berite previdno
still-open = { $count ->
    [one] { $shown } še odprt
    [two] { $shown } še odprta
    [few] { $shown } še odprti
   *[other] { $shown } še odprtih
}
n-of = { $numerator } od { $denominator } { $counts }
n-rows = { $n } { $counts }

guard-title = Protiutež
guard-warning = To se je izboljšalo, { $metric } pa poslabšalo.
guard-fine = { $metric }: { $verdict }

findings-title = Kaj izstopa
findings-none = Nič se ni spremenilo bolj, kot pojasni naključje.
finding-pair = { $where }: { $speed } bolje ({ $speed_before } → { $speed_after }), { $quality } pa slabše ({ $quality_before } → { $quality_after }).
finding-better = { $where }: { $metric } bolje, { $before } → { $after }.
finding-worse = { $where }: { $metric } slabše, { $before } → { $after }.
finding-changed = { $where }: { $metric } spremenjeno, { $before } → { $after }.
finding-article = { $article } pošlje k podpori { $value } bralcev; vsi članki skupaj { $all }.
finding-peak = { $metric }, { $period }: { $times }-krat več kot običajno.
finding-peak-mark = { $on }: { $name }.
dimension-channel = Kanal
dimension-team = Ekipa
everywhere = Skupaj

definition = Opredelitev
how-to-read = { $id }, obdobje določa { $dated_by }
differences = Kje druga orodja štejejo drugače
sources = Viri
bands = Objavljene številke
target = Cilj
target-is = Cilj { $value }
better-higher = več je bolje
better-lower = manj je bolje
better-neither = nobena smer ni boljša

by-channel = Po kanalih
by-team = Po ekipah
by-article = Po člankih
parts = Deli
chart-values = Vrednosti grafa
chart-of = { $metric }; obdobje: { $grain }, { $from } – { $to }
chart-first-last = Prva { $first }, zadnja { $last }.
bars-of = { $metric }, { $by }
marks-title = Kaj se je zgodilo
mark-release = Izdaja
mark-campaign = Kampanja
mark-incident = Izpad

absent-title = Še ni izračunano
absent-needs = potrebno: { $tables }
absent-intro = Za te kazalnike v podatkih ni vrstic. Kaj manjka:

contents = Vsebina
about-title = Kako brati to stran
about-interval = Število je ocena. Interval pove, kje s 95-odstotno gotovostjo leži prava vrednost; kjer ga ni, ni znan.
about-verdict = Sprememba je sprememba le, če je zaznavna: interval razlike, popravljen za število primerjav, ne vsebuje ničle.
about-empty = Kjer ni podatkov, to piše in nikoli ni prikazano kot 0. Prazna točka še teče: v njej so odprti primeri.
about-guard = Ob kazalnikih hitrosti stojijo kazalniki kakovosti, na račun katerih bi jih bilo mogoče olepšati.
made-with = Izdelano z Mittarijem { $version }. Stran ničesar ne nalaga od drugod.

duration-days = { $days } d { $hours } h
duration-days-only = { $days } d
duration-hours = { $hours } h { $minutes } min
duration-hours-only = { $hours } h
duration-minutes = { $minutes } min { $seconds } s
duration-minutes-only = { $minutes } min
duration-seconds = { $seconds } s
points = { $value } točk

month-1 = jan
month-2 = feb
month-3 = mar
month-4 = apr
month-5 = maj
month-6 = jun
month-7 = jul
month-8 = avg
month-9 = sep
month-10 = okt
month-11 = nov
month-12 = dec
date-day = { $day }. { $month } { $year }
date-month = { $month } { $year }
date-quarter = { $quarter }. četrtletje { $year }
