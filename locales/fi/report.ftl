# Raporttien tekstit.

report-title = Asiakaspalvelun tuloskortti
report-of = { $company }: asiakaspalvelun tuloskortti
period = { $from } – { $to }
compared-with = verrattuna jaksoon { $from } – { $to }
changes-between = muutokset jaksosta { $before } jaksoon { $now }
trend-by = Kehitys, jaksona { $grain }
zone = Aikavyöhyke { $zone }
calendar = Palveluaika kalenterin ”{ $calendar }” mukaan
calendar-teams = Palveluaika kunkin tiimin kalenterin mukaan
calendar-none = Ei kalenteria: ei palveluaikaa
known-until = Aineisto { $at } asti
recorded-as-of = Kuten tiedettiin { $at }
filters = Vain kun { $filters }

grain-day = päivä
grain-week = viikko
grain-month = kuukausi
grain-quarter = neljännes
grain-year = vuosi

family-satisfaction = Tyytyväisyys ja uskollisuus
family-speed = Nopeus
family-resolution = Ratkaisut
family-volume = Määrät
family-self_service = Itsepalvelu
family-quality = Laatu
family-agents = Asiakaspalvelijat
family-customers = Asiakkaat
family-money = Raha
family-social = Sosiaalinen media
family-journey = Asiakaspolku
family-own = Omat mittarit

value = Arvo
interval = 95 %:n väli
interval-of = 95 %:n väli { $low } – { $high }
counted = Laskettu
previous = Ennen
change = Muutos
verdict = Tulkinta
trend = Kehitys
metric = Mittari
group = Ryhmä
period-column = Jakso
low = Alaraja
high = Yläraja
rows = Rivejä
share = Osuus
unknown-group = tuntematon

verdict-better = parempi
verdict-worse = huonompi
verdict-higher = suurempi
verdict-lower = pienempi
verdict-same = ei havaittavaa muutosta
verdict-little = liian vähän aineistoa
no-verdict = ei vertailua
from-before = ennen { $before }
no-data = ei tietoja
withheld = salattu: liian vähän
cut-off = kesken
few-rows = vähän rivejä: tulkitse varoen
still-open = { $count ->
    [one] { $shown } vielä avoinna
   *[other] { $shown } vielä avoinna
}
n-of = { $numerator } / { $denominator } { $counts }
n-rows = { $n } { $counts }

guard-title = Vastaparina
guard-warning = Tämä parani, mutta { $metric } huononi.
guard-fine = { $metric }: { $verdict }

findings-title = Mikä pistää silmään
findings-none = Mikään ei muuttunut enempää kuin sattuma selittää.
finding-pair = { $where }: { $speed } parani ({ $speed_before } → { $speed_after }), mutta { $quality } huononi ({ $quality_before } → { $quality_after }).
finding-better = { $where }: { $metric } parani, { $before } → { $after }.
finding-worse = { $where }: { $metric } huononi, { $before } → { $after }.
finding-changed = { $where }: { $metric } muuttui, { $before } → { $after }.
finding-article = { $article } ohjaa { $value } lukijoistaan tukeen; kaikki artikkelit yhdessä { $all }.
finding-peak = { $metric }, { $period }: { $times }-kertaisesti tavalliseen nähden.
finding-peak-mark = { $on }: { $name }.
dimension-channel = Kanava
dimension-team = Tiimi
everywhere = Kaikki yhdessä

definition = Määritelmä
how-to-read = { $id }, jakson määrää { $dated_by }
differences = Missä muut työkalut poikkeavat
sources = Lähteet
bands = Julkaistuja lukuja
target = Tavoite
target-is = Tavoite { $value }
better-higher = suurempi on parempi
better-lower = pienempi on parempi
better-neither = kumpikaan suunta ei ole parempi

by-channel = Kanavittain
by-team = Tiimeittäin
by-article = Artikkeleittain
parts = Osat
chart-values = Kaavion arvot
chart-of = { $metric }, jaksona { $grain }, { $from } – { $to }
chart-first-last = Ensimmäinen { $first }, viimeinen { $last }.
bars-of = { $metric }, { $by }
marks-title = Mitä tapahtui
mark-release = Julkaisu
mark-campaign = Kampanja
mark-incident = Häiriö

absent-title = Ei vielä laskettavissa
absent-needs = vaatii: { $tables }
absent-intro = Näille mittareille ei ole rivejä aineistossa. Ne saa näin:

contents = Sisällys
about-title = Näin luet tätä sivua
about-interval = Luku on arvio. Väli kertoo, missä todellinen arvo on 95 %:n varmuudella; jos väliä ei ole, sitä ei tunneta.
about-verdict = Muutos on muutos vain, jos se on havaittavissa: erotuksen väli, vertailujen määrällä korjattuna, ei sisällä nollaa.
about-empty = Puuttuva tieto sanotaan puuttuvaksi, ei koskaan nollaksi. Ontto piste on vielä kesken: siinä on avoimia tapauksia.
about-guard = Nopeusmittarin vieressä on laatumittari, jonka kustannuksella sitä voisi kaunistella.
made-with = Tehty Mittarilla { $version }. Mitään tällä sivulla ei ladattu muualta.

duration-days = { $days } pv { $hours } t
duration-days-only = { $days } pv
duration-hours = { $hours } t { $minutes } min
duration-hours-only = { $hours } t
duration-minutes = { $minutes } min { $seconds } s
duration-minutes-only = { $minutes } min
duration-seconds = { $seconds } s
points = { $value } pistettä

month-1 = tammi
month-2 = helmi
month-3 = maalis
month-4 = huhti
month-5 = touko
month-6 = kesä
month-7 = heinä
month-8 = elo
month-9 = syys
month-10 = loka
month-11 = marras
month-12 = joulu
date-day = { $day }. { $month }kuuta { $year }
date-month = { $month }kuu { $year }
date-quarter = Q{ $quarter } { $year }
