"""Ordinary lines that hold digits, signs and number words, and none of the entities. Written for this project."""

NOT_PHONES = """
The meeting is on 2023-11-23 and again on 2024-11-24.
Le 12/05/2023 puis le 13/06/2024 à 14:30.
Opened 01.02.2023, closed 03.04.2024, moved 05.06.2025.
The flight leaves at 14:35, lands at 18:20, and the bus goes at 19:05.
It costs $1,234,567,890 in total.
Der Preis beträgt 1.234.567,89 Euro.
Das Budget liegt bei 2.125.551.234 €.
The population reached 7,951,150,000 last year.
Order number 2125551234 has shipped.
Your order #4155550132 was delivered.
Invoice 3105550187 is overdue.
Commande 0612345678 expédiée.
Bestellnummer 0612345678 wurde versandt.
Tracking: 9400111899223197428490
ISBN 978-3-16-148410-0 is a made-up book.
ISBN-13: 9780306406157
My card is 4111 1111 1111 1111.
IBAN DE89 3704 0044 0532 0130 00
IBAN FR14 2004 1010 0505 0001 3M02 606
FR76 3000 6000 0112 3456 7890 189
The score was 3-2, 1-0, 2-1, 4-4, 0-0.
Final: 21-15, 18-21, 15-12.
From 1914-1918 and 1939-1945 and 2001-2021.
Years: 1999 2000 2001 2002 2003
2012 and 2013 were better than 2014 or 2015.
12 + 34 = 46 and 56 + 78 = 134
(123 + 456) * 789 = 456831
3.14159265358979 is pi.
48.8566, 2.3522 is in Paris.
Lat 40.712776, long -74.005974.
The server is at 192.168.100.200.
Version 10.0.19045.3693 of Windows.
v1.22.333.4444 is out.
Chapter 1.2.3.4, page 567.
IPs 10.0.0.1 and 172.16.254.3.
MAC 00:1A:2B:3C:4D:5E
uuid 550e8400-e29b-41d4-a716-446655440000
0x1234567890ABCDEF
sha 9f86d081884c7d659a2feaa0c55ad015
1 2 3 4 5 6 7 8 9 10
1, 2, 3, 4, 5, 6, 7, 8, 9
9 8 7 6 5 4 3 2 1 0 go!
5 10 15 20 25 30 35
Lottery: 3, 12, 25, 34, 41, 7
Win 23, 45, 67, 89, 12 and 34!
10/10 would do it again, 5/5 stars, 9/10 for style.
1080p 60fps 1920x1080 and 3840x2160
Resolution 2560 x 1440 at 144 Hz
Room 212 on floor 5 has 55 chairs for 1234 people.
Table 4: 12 34 56
Call of Duty 4, FIFA 23 and GTA 5.
Born 15 06 1987.
Born on 03/04/1985 at 12:45.
Temperature from -12.5 to 37.8 degrees.
100% sure, 50% off, 3 for 2.
1st 2nd 3rd 4th 5th 6th 7th 8th
Psalm 119:105 and John 3:16-18
25 December 2025, 00:00:00
2023-11-23T12:34:56.789Z
timestamp 1712487163
epoch: 1700000000
1712487163123
The file has 2147483648 bytes.
4294967296 bytes were read.
The video has 3125551234 views.
He has 5125550000 followers.
It is 384400 km to the moon and 149597870 km to the sun.
He ran 100 m in 9.58 s and 200 m in 19.19 s.
Recipe: 250 g flour, 3 eggs, 125 ml milk, 55 g butter.
Bus 42, 47 and 48 stop here.
Line 1 2 3 in columns 4 5 6
one two three four
One, two, three, four, five!
one or two of the three
I have two cats, one dog and three fish.
zero to hero
One in ten people live in one of the seven cities.
twenty one pilots played five songs
Seven eight nine? Because seven ate nine.
six of one, half a dozen of the other
two by two, one by one
one hundred and twenty-three thousand
It took ten to fifteen minutes, maybe twenty.
nineteen eighty-four
uno dos tres cuatro
un deux trois quatre cinq
eins zwei drei vier
un dos tres un pasito palante
ein zwei Polizei, drei vier Grenadier
een twee drie vier hoedje van papier
raz dwa trzy, baba jaga patrzy
один два три четыре пять вышел зайчик погулять
ett två tre fyra
en to tre fire fem
yksi kaksi kolme
bir iki üç dört
isa dalawa tatlo
um dois três e já
uno due tre stella
하나 둘 셋 넷
일 이 삼 사 오
一二三四五
一个人有三只猫和两只狗
十年前我二十岁
他在二零一九年九月一日出生
이 사람은 일본에서 삼년 살았다
삼일 이내에 오세요 오일 구일
Sie wohnt in der Straße 12, 34567 Musterstadt
75001 Paris, 69002 Lyon, 13008 Marseille
London SW1A 1AA, house 10
New York, NY 10001-1234
PO Box 12345, Boston MA 02108
SKU 0012345678905
EAN 4006381333931
Part no. 8675309-A
License ABC-1234-567
Flight BA 2490 gate 32
42
007
911
112
1-800
$9.99 + $4.50 = $14.49
£1,299.00 and €1.199,00
12 500 000 habitants
2 125 551 234 habitants
67 000 000 de Français
It scored 8.5/10 on 12,345 reviews.
S01E02 and s03e14
4x4 and 6x6 trucks
GPT 4 has 1 760 000 000 000 parameters
1e10 6.022e23
A4 210 x 297 mm
Top 10: 1) a 2) b 3) c 4) d 5) e 6) f 7) g
[1] [2] [3] [4] [5] [6] [7]
① first ② second ③ third
⑴ wash ⑵ dry ⑶ fold
1️⃣ like 2️⃣ share 3️⃣ subscribe
½ cup, ¾ cup, ⅓ cup
x² + y² = z²
H₂O and C₆H₁₂O₆
l0l so g00d
lol olol ooo ollie
0_0 o_0 -_-
:0 8) 8-D <3 <3 <3
XOXOXO 1313
Bip bip bip 010101
01101000 01101001
1337 h4x0r
50 shades, 7 rings, 99 problems, 24k magic
24/7 365
9 to 5
20-20-20 rule
3-5-2 formation, then 4-3-3
5-10-15 minutes
2-3 times, 4-5 days, 6-7 weeks
20-30, 40-50, 60-70
1-2-3-4-5
1-1-1-1
""".strip().splitlines()

NOT_EMAILS = """
meet me at the dot com bubble
he works at google and lives at home
see you at 5 at the point
look at gmail dot com
I'm @ home, you @ work?
@john look at this
He looked at me. Com on!
the dot com crash at the turn of the century
we met at school. Net result: love
point at it, dot the i
au point de vue de la femme
il était au point mort chez lui
auf den Punkt genau at its best
punto e basta
5 @ 3 dollars
3 apples @ $2 each
a@b
user@host
root@localhost
foo@bar
@@@@@@@
@ @ @
x @ y . z
follow @gmail and @yahoo on here
see it at amazon dot com
I bought it at ebay
laughing at yahoo answers
chez orange c'est cher
what are you looking at dot dot dot
git@
""".strip().splitlines()

NOT_LINKS = """
I went there.Then I left.
e.g. this and i.e. that
at 5 a.m. or 6 p.m. in the U.S.A.
It is 3.5 or 4.25 or 1.000.000
open main.py and index.js then README.md
run setup.sh, build.rs and app.ts
photo.jpg image.png file.zip movie.mov
node.js vue.js and next.js
Mr.Smith and Dr.Who and St.John
no.1 and vs.the world
wait...what...no
Hello.How are you
yes.no.maybe
ok.so.what
the dot com bubble
connect the dot
that is the point
point com e sentido
dot com boom
Asp.Net and C# or System.IO.File
java.lang.String obj.method
v1.2.3 and 2.0.0-rc.1
""".strip().splitlines()

NOT_IPS = """
version 1.2.3.4
section 1.2.3.4 of the law
v10.0.0.1
Chrome/120.0.6099.71
1.2.3.4.5
256.300.1.2
999.999.999.999
1.2.3
std::vector<int> a::b
12:30:45
00:1A:2B:3C:4D:5E
fade::add
::
a:b:c:d
1:2:3
""".strip().splitlines()

NOT_SSNS = """
000-12-3456
666-12-3456
912-34-5678
123-00-4567
123-45-0000
078-05-1120
123 45 6789
123456789
12-345-6789
1234-56-7890
123-456-7890
2023-11-2345
111-11-1111
""".strip().splitlines()

NOT_USERNAMES = """
my insta is great
snap is down again
twitter is broken
telegram works fine for me
I like discord servers
follow me on instagram please
my iPhone14 and PlayStation5
Windows10 and COVID19
IMG_20210101.jpg
utf_8 and int32_t
see you @ noon
meet @home or @work
The user name is required
username or password
Add me on facebook tomorrow
kik off is at nine
what is your snap
tiktok videos are fun
line 12 of the file
McDonalds and YouTube and JavaScript
he said "account closed"
whatsapp group chat
id required
my nickname is Bob
""".strip().splitlines()
