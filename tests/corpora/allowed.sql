-- Statements that work, each with its rows as JSON: `POST /query?rows=array` answers them so. Between two lines
-- of `---` stands one statement: a comment with the rows, then the SQL. `{people}` and `{orders}` are tables of
-- the test. After a change, `cargo test -p engine --lib -- --ignored corpora` writes the rows anew: read the diff.
---
-- [[1]]
SELECT 1
---
-- [[3]]
SELECT 1 + 2 * 3 - 4
---
-- [[3,1,-3,1]]
SELECT 7 // 2, 7 % 2, -7 // 2, mod(7, 3)
---
-- [[true,true,120]]
SELECT 2 ** 10 = 1024.0, 2 ^ 3 = 8.0, 5!
---
-- [[16,64,8,15,6,-6]]
SELECT 1 << 4, 256 >> 2, 12 & 10, 12 | 3, xor(12, 10), ~5
---
-- [[5,-1,7]]
SELECT abs(-5), sign(-3), @ -7
---
-- [[5,"a"]]
SELECT greatest(1, 5, 3), least('b', 'a', 'c')
---
-- [[true,true,true,false,true,true]]
SELECT 1 = 1, 1 <> 2, 1 < 2, 2 >= 3, 1 IS DISTINCT FROM NULL, NULL IS NOT DISTINCT FROM NULL
---
-- [[true,true,null,true,false]]
SELECT NULL IS NULL, 1 IS NOT NULL, true AND NULL, false OR true, NOT true
---
-- [[true,true,true]]
SELECT true IS TRUE, NULL IS NOT TRUE, (1 = 2) IS FALSE
---
-- [[true,true]]
SELECT 5 BETWEEN 1 AND 10, 5 NOT BETWEEN 1 AND 4
---
-- [[true,true]]
SELECT 3 IN (1, 2, 3), 4 NOT IN (1, 2, 3)
---
-- [["two"]]
SELECT CASE 2 WHEN 1 THEN 'one' WHEN 2 THEN 'two' ELSE 'many' END
---
-- [[null]]
SELECT CASE WHEN 1 > 2 THEN 'a' END
---
-- [[3,"x",null,"yes"]]
SELECT coalesce(NULL, NULL, 3), ifnull(NULL, 'x'), nullif(1, 1), if(1 < 2, 'yes', 'no')
---
-- [[null,12,7]]
SELECT TRY_CAST('x' AS INTEGER), CAST('12' AS INTEGER), '7'::BIGINT
---
-- [[true]]
SELECT TRY(CAST('x' AS INTEGER)) IS NULL
---
-- [["INTEGER","VARCHAR","DECIMAL(2,1)","DATE","INTEGER[]"]]
SELECT typeof(1), typeof('a'), typeof(1.5), typeof(DATE '2024-01-01'), typeof([1])
---
-- [["integer"]]
SELECT pg_typeof(1)
---
-- [[0,1000000,1000]]
SELECT 0x1F, 1_000_000, 1e3::INTEGER
---
-- [["170141183460469231731687303715884105727"]]
SELECT 170141183460469231731687303715884105727::VARCHAR
---
-- [["18446744073709551615",-128,65535]]
SELECT 18446744073709551615::UBIGINT::VARCHAR, (-128)::TINYINT, 65535::USMALLINT
---
-- [["it's",1]]
SELECT 'it''s', "a" FROM (SELECT 1 AS "a")
---
-- [["dollar 'quoted'","x$y","tab\tend"]]
SELECT $$dollar 'quoted'$$, $tag$x$y$tag$, E'tab\tend'
---
-- [["ü🦆",2,2]]
SELECT 'ü' || '🦆', length('🦆ü'), strlen('ü')
---
-- [[1]]
SELECT /* a /* nested */ comment */ 1 -- and this
---
-- [[1]]
SELECT 1;
---
-- [["a;b"]]
SELECT 'a;b' AS "c;d";
---
-- [[1,2]]
SELECT 1 AS a, 2 AS "B c"
---
-- [[5]]
SELECT x: 5
---
-- [["2.57",20,-2,2,-1]]
SELECT round(2.567, 2)::VARCHAR, round(15, -1)::INTEGER, floor(-1.5)::INTEGER, ceil(1.2)::INTEGER, trunc(-1.9)::INTEGER
---
-- [[4,3,9,1,0,3,3]]
SELECT sqrt(16)::INTEGER, cbrt(27)::INTEGER, pow(3, 2)::INTEGER, exp(0)::INTEGER, ln(1)::INTEGER, log10(1000)::INTEGER, log2(8)::INTEGER
---
-- [[1,3142,90]]
SELECT round(sin(0) + cos(0) + tan(0))::INTEGER, round(pi() * 1000)::INTEGER, round(degrees(radians(90)))::INTEGER
---
-- [[785,1571,1571]]
SELECT round(atan2(1, 1) * 1000)::INTEGER, round(asin(1) * 1000)::INTEGER, round(acos(0) * 1000)::INTEGER
---
-- [[6,12,120,4]]
SELECT gcd(12, 18), lcm(4, 6), factorial(5)::INTEGER, even(3)::INTEGER
---
-- [[8,true,true,true]]
SELECT bit_count(255), isnan('nan'::DOUBLE), isinf('infinity'::DOUBLE), isfinite(1.0::DOUBLE)
---
-- [[1,3,3,3,2,8]]
SELECT fmod(7, 3)::INTEGER, fdiv(7, 2)::INTEGER, divide(7, 2), add(1, 2), subtract(5, 3), multiply(2, 4)
---
-- [[true,36,36]]
SELECT random() BETWEEN 0 AND 1, length(uuid()::VARCHAR), length(gen_random_uuid()::VARCHAR)
---
-- [["101","FF","FF","A","1010",8]]
SELECT bin(5), hex(255), to_hex(255), unhex('41')::VARCHAR, to_base(10, 2), bit_length('a')
---
-- [["3.15",2]]
SELECT (1.10::DECIMAL(4, 2) + 2.05::DECIMAL(4, 2))::VARCHAR, (10::DECIMAL(10, 4) / 4)::INTEGER
---
-- [["123.46","-0.05"]]
SELECT 123.456::DECIMAL(6, 2)::VARCHAR, (-0.05)::DECIMAL(3, 2)::VARCHAR
---
-- [["0.6"]]
SELECT sum(x)::VARCHAR FROM (VALUES (0.1::DECIMAL(10, 1)), (0.2), (0.3)) v(x)
---
-- [["100000000000000000000"]]
SELECT (99999999999999999999::DECIMAL(38, 0) + 1)::VARCHAR
---
-- [["ABC","abc","X","x"]]
SELECT upper('abc'), lower('ABC'), ucase('x'), lcase('X')
---
-- [["a1b","a-b","ab"]]
SELECT concat('a', 1, NULL, 'b'), concat_ws('-', 'a', NULL, 'b'), 'a' || 'b'
---
-- [["bcd","ef","bc","ab","bc"]]
SELECT substring('abcdef', 2, 3), substr('abcdef', -2), 'abcdef'[2:3], left('abc', 2), right('abc', 2)
---
-- [["bc",3,2,3]]
SELECT substring('abcdef' FROM 2 FOR 2), position('c' IN 'abc'), strpos('abc', 'b'), instr('abc', 'c')
---
-- [["a","a","a","a","ax"]]
SELECT trim('  a '), ltrim('xxa', 'x'), rtrim('axx', 'x'), trim(BOTH 'x' FROM 'xax'), trim(LEADING 'x' FROM 'xax')
---
-- [["a-b-","xyc","cba","ababab"]]
SELECT replace('aXbX', 'X', '-'), translate('abc', 'ab', 'xy'), reverse('abc'), repeat('ab', 3)
---
-- [["007","7..","123"]]
SELECT lpad('7', 3, '0'), rpad('7', 3, '.'), lpad('12345', 3, '0')
---
-- [[true,true,true,true,true,true]]
SELECT starts_with('abc', 'ab'), ends_with('abc', 'bc'), contains('abc', 'b'), 'abc' ^@ 'a', prefix('abc', 'a'), suffix('abc', 'c')
---
-- [["b",["a","b"],["a","b"]]]
SELECT split_part('a,b,c', ',', 2), string_split('a b', ' '), str_split('a-b', '-')
---
-- [[["a","b"],"a+b"]]
SELECT string_to_array('a,b', ','), array_to_string(['a', 'b'], '+')
---
-- [[65,"B",252,97]]
SELECT ascii('A'), chr(66), ord('ü'), unicode('a')
---
-- [["0cc175b9c0f1b6a831c399e269772661",64,40]]
SELECT md5('a'), length(sha256('a')), length(sha1('a'))
---
-- [["YWJj","abc","eA=="]]
SELECT base64('abc'::BLOB), from_base64('YWJj')::VARCHAR, to_base64('x'::BLOB)
---
-- [["a","b","a%20b%26c","a b"]]
SELECT encode('a')::VARCHAR, decode('b'::BLOB), url_encode('a b&c'), url_decode('a%20b')
---
-- [["00042|x|1.50","    a|7","b a"]]
SELECT printf('%05d|%s|%.2f', 42, 'x', 1.5), format('{:>5}|{}', 'a', 7), format('{1} {0}', 'a', 'b')
---
-- [["16.0 KiB","976.5 KiB",1000]]
SELECT format_bytes(16384), formatReadableSize(1000000), parse_formatted_bytes('1 KB')::INTEGER
---
-- [[3,1,1,33]]
SELECT levenshtein('kitten', 'sitting'), damerau_levenshtein('ab', 'ba'), hamming('abc', 'abd'), round(jaccard('ab', 'bc') * 100)::INTEGER
---
-- [[96,"e","a"]]
SELECT round(jaro_winkler_similarity('martha', 'marhta') * 100)::INTEGER, strip_accents('é'), nfc_normalize('a')
---
-- [[false,true,true,true,true,true]]
SELECT 'a' LIKE 'A', 'a' ILIKE 'A', 'abc' LIKE 'a%', 'abc' LIKE '_b_', 'abc' NOT LIKE '%d%', '10%' LIKE '10\%' ESCAPE '\'
---
-- [[true,true]]
SELECT 'a.txt' GLOB '*.txt', 'abc' GLOB 'a[bx]c'
---
-- [[true,true,true]]
SELECT 'abc' ~ '[a-c]+', 'abc' SIMILAR TO 'a.c', 'abc' NOT SIMILAR TO 'x'
---
-- [[true,true,"a#b#"]]
SELECT regexp_matches('hello', 'l+'), regexp_full_match('abc', 'a.c'), regexp_replace('a1b2', '[0-9]', '#', 'g')
---
-- [["05",["1","22"],{"k":"a","v":"1"}]]
SELECT regexp_extract('2024-05', '(\d+)-(\d+)', 2), regexp_extract_all('a1b22', '\d+'), regexp_extract('a=1', '(\w)=(\d)', ['k', 'v'])
---
-- [[["a","b","c"],["a","b"],"a\\.b"]]
SELECT regexp_split_to_array('a1b2c', '\d'), string_split_regex('a, b', ',\s*'), regexp_escape('a.b')
---
-- [[true]]
SELECT regexp_matches('018f3c5a-0000-7000-8000-000000000000', '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$')
---
-- [[3,true,true]]
SELECT length('a' || chr(10) || 'b'), 'a' < 'b', 'a' COLLATE NOCASE = 'A'
---
-- [[true,1]]
SELECT left_grapheme('🤦🏼‍♂️x', 1) = '🤦🏼‍♂️', length_grapheme('ü')
---
-- [[true,1]]
SELECT bar(5, 0, 10, 4) IS NOT NULL, mismatches('abc', 'abd')
---
-- [["2024-02-29","2024-02-01",29]]
SELECT DATE '2024-02-29', '2024-01-31'::DATE + 1, DATE '2024-03-01' - DATE '2024-02-01'
---
-- [["2024-02-29T00:00:00","2024-01-01T08:00:00"]]
SELECT DATE '2024-01-31' + INTERVAL 1 MONTH, TIMESTAMP '2024-01-01 10:00:00' - INTERVAL '2 hours'
---
-- [[2024,2,29]]
SELECT extract(year FROM DATE '2024-02-29'), date_part('month', DATE '2024-02-29'), datepart('day', DATE '2024-02-29')
---
-- [[2024,5,6,2,19,1,127,1]]
SELECT year(DATE '2024-05-06'), month(DATE '2024-05-06'), day(DATE '2024-05-06'), quarter(DATE '2024-05-06'), week(DATE '2024-05-06'), dayofweek(DATE '2024-05-06'), dayofyear(DATE '2024-05-06'), isodow(DATE '2024-05-06')
---
-- [["Monday","May",202419,21,202]]
SELECT dayname(DATE '2024-05-06'), monthname(DATE '2024-05-06'), yearweek(DATE '2024-05-06'), century(DATE '2024-05-06'), decade(DATE '2024-05-06')
---
-- [["2024-05-01","2024-05-06 07:00:00"]]
SELECT date_trunc('month', DATE '2024-05-06')::DATE, date_trunc('hour', TIMESTAMP '2024-05-06 07:08:09')::VARCHAR
---
-- [[60,2,1]]
SELECT date_diff('day', DATE '2024-01-01', DATE '2024-03-01'), datediff('month', DATE '2024-01-31', DATE '2024-03-01'), date_sub('month', DATE '2024-01-31', DATE '2024-03-01')
---
-- [["2 months","2024-02-29",29]]
SELECT age(TIMESTAMP '2024-03-01', TIMESTAMP '2024-01-01')::VARCHAR, last_day(DATE '2024-02-10'), days_in_month(DATE '2024-02-10')
---
-- [["2024-02-29","2024-01-02 03:04:05.5","01:02:03.5"]]
SELECT make_date(2024, 2, 29), make_timestamp(2024, 1, 2, 3, 4, 5.5)::VARCHAR, make_time(1, 2, 3.5)::VARCHAR
---
-- [["29.02.2024","2024-02-29",true]]
SELECT strftime(DATE '2024-02-29', '%d.%m.%Y'), strptime('29.02.2024', '%d.%m.%Y')::DATE, try_strptime('x', '%Y') IS NULL
---
-- [[86400,"1970-01-01 00:00:01",1000,1000000]]
SELECT epoch(TIMESTAMP '1970-01-02')::BIGINT, epoch_ms(1000)::VARCHAR, epoch_ms(TIMESTAMP '1970-01-01 00:00:01'), epoch_us(TIMESTAMP '1970-01-01 00:00:01')
---
-- [[true,"2 days","03:00:00","1 year 2 months"]]
SELECT to_timestamp(0) = TIMESTAMPTZ '1970-01-01 00:00:00+00', to_days(2)::VARCHAR, to_hours(3)::VARCHAR, to_months(14)::VARCHAR
---
-- [["2024-07-01 10:00:00+00"]]
SELECT (TIMESTAMPTZ '2024-07-01 12:00:00+02')::VARCHAR
---
-- [["2024-07-01 12:00:00","2024-07-01 10:00:00+00"]]
SELECT (TIMESTAMPTZ '2024-07-01 10:00:00+00' AT TIME ZONE 'Europe/Vienna')::VARCHAR, (TIMESTAMP '2024-07-01 12:00:00' AT TIME ZONE 'Europe/Vienna')::VARCHAR
---
-- [["2024-01-01 07:00:00"]]
SELECT timezone('America/New_York', TIMESTAMPTZ '2024-01-01 12:00:00+00')::VARCHAR
---
-- [["2024-01-01 10:15:00","2024-05-01"]]
SELECT time_bucket(INTERVAL '15 minutes', TIMESTAMP '2024-01-01 10:22:00')::VARCHAR, time_bucket(INTERVAL 1 MONTH, DATE '2024-05-20')
---
-- [[true,true,true]]
SELECT now() = current_timestamp, current_date = today(), now() > TIMESTAMPTZ '2020-01-01 00:00:00+00'
---
-- [["TIME WITH TIME ZONE","TIME","TIMESTAMP"]]
SELECT typeof(current_time), typeof(localtime), typeof(localtimestamp)
---
-- [["1 day 02:30:00","6 days",true]]
SELECT (INTERVAL '1 day 2 hours' + INTERVAL 30 MINUTE)::VARCHAR, (INTERVAL 2 DAY * 3)::VARCHAR, INTERVAL 1 HOUR > INTERVAL 59 MINUTE
---
-- [[true,"13:30:00",12,34,56]]
SELECT TIME '12:34:56' < TIME '13:00:00', (TIME '12:00:00' + INTERVAL 90 MINUTE)::VARCHAR, hour(TIME '12:34:56'), minute(TIME '12:34:56'), second(TIME '12:34:56')
---
-- [[1500000,1500,1,2451545]]
SELECT microsecond(TIMESTAMP '2024-01-01 00:00:01.5'), millisecond(TIMESTAMP '2024-01-01 00:00:01.5'), era(DATE '2024-01-01'), julian(DATE '2000-01-01')::INTEGER
---
-- [[["2024-01-30","2024-01-31","2024-02-01"]]]
SELECT generate_series(DATE '2024-01-30', DATE '2024-02-01', INTERVAL 1 DAY)::DATE[]
---
-- [[[1,2,3],[],[1,2],["a","b"]]]
SELECT [1, 2, 3], [], list_value(1, 2), ARRAY['a', 'b']
---
-- [[1,3,[2,3],[1,3]]]
SELECT [1, 2, 3][1], [1, 2, 3][-1], [1, 2, 3][2:], [1, 2, 3, 4][1:4:2]
---
-- [[2,3,true,2,true,true]]
SELECT len([1, 2]), array_length([1, 2, 3]), list_contains([1, 2], 2), list_position(['a', 'b'], 'b'), list_has_any([1], [2, 1]), list_has_all([1, 2], [1])
---
-- [[[1,2],[0,1],[1,2],[1,2],[1,2],[1]]]
SELECT list_append([1], 2), list_prepend(0, [1]), list_concat([1], [2]), [1] || [2], array_push_back([1], 2), array_pop_back([1, 2])
---
-- [[[1,2,3],[3,2,1],[2,1],[1],2]]
SELECT list_sort([3, 1, 2]), list_reverse_sort([1, 3, 2]), list_reverse([1, 2]), list_distinct([1, 1]), list_unique([1, 1, 2])
---
-- [[6,1,2,2,1,5,6]]
SELECT list_sum([1, 2, 3])::INTEGER, list_min([2, 1]), list_max([1, 2]), list_avg([1, 3])::INTEGER, list_count([1, NULL]), list_first([5, 6]), list_last([5, 6])
---
-- [[6,"a,b",2,7]]
SELECT list_aggregate([1, 2, 3], 'sum')::INTEGER, list_string_agg(['a', 'b']), list_median([1, 2, 3])::INTEGER, list_any_value([NULL, 7])
---
-- [[[10,20],[2,3],6]]
SELECT list_transform([1, 2], x -> x * 10), list_filter([1, 2, 3], x -> x > 1), list_reduce([1, 2, 3], (a, b) -> a + b)
---
-- [[[2,3],["a1","b2"]]]
SELECT list_transform([1, 2], lambda x: x + 1), list_transform(['a', 'b'], lambda x, i: x || i)
---
-- [[[4,6],[0,1,2]]]
SELECT [x * 2 FOR x IN [1, 2, 3] IF x > 1], [y FOR y IN range(3)]
---
-- [[[5,4]]]
SELECT list_transform([[1, 2], [3]], x -> list_sum(list_transform(x, y -> y + 1))::INTEGER)
---
-- [["[(1, a), (2, b)]",[1,2,3],[1,2],[1,0,0]]]
SELECT list_zip([1, 2], ['a', 'b'])::VARCHAR, flatten([[1], [2, 3]]), list_slice([1, 2, 3], 1, 2), list_resize([1], 3, 0)
---
-- [[["a","c"],[1,3],2,[2]]]
SELECT list_select(['a', 'b', 'c'], [1, 3]), list_where([1, 2, 3], [true, false, true]), list_indexof([5, 6], 6), list_intersect([1, 2], [2, 3])
---
-- [[true,true,false,[0,1,2],[1,4,7],[1,2,3]]]
SELECT [1, 2] @> [1], [1] <@ [1, 2], [1] && [2], range(3), range(1, 10, 3), generate_series(1, 3)
---
-- [[[1,2],2,1]]
SELECT array_value(1, 2)::INTEGER[], round(array_distance([1.0, 2.0]::FLOAT[2], [1.0, 4.0]::FLOAT[2]))::INTEGER, round(list_cosine_similarity([1, 0], [1, 0]))::INTEGER
---
-- [[11,[2,3,1],true,[2,3]]]
SELECT list_dot_product([1.0, 2.0], [3.0, 4.0])::INTEGER, list_grade_up([3, 1, 2]), list_has([1], 1), array_slice([1, 2, 3], 2, 3)
---
-- [[{"a":1,"b":"x"},1,{"k":1},"(1, a)"]]
SELECT {'a': 1, 'b': 'x'}, {'a': 1}.a, struct_pack(k := 1), row(1, 'a')::VARCHAR
---
-- [[5,{"a":1,"b":2},["a","b"],7]]
SELECT struct_extract({'a': 5}, 'a'), struct_insert({'a': 1}, b := 2), struct_keys({'a': 1, 'b': 2}), ({'a': {'b': 7}}).a.b
---
-- [[1,2,2]]
SELECT s.*, s.a + 1 AS more FROM (SELECT {'a': 1, 'b': 2} AS s)
---
-- [[1,2]]
SELECT unnest({'a': 1, 'b': 2})
---
-- [[{"a":1,"b":2},true,"(1)"]]
SELECT struct_concat({'a': 1}, {'b': 2}), struct_contains(row(1, 2), 2), struct_values({'a': 1})::VARCHAR
---
-- [[{"k":1,"l":2},1,1,1]]
SELECT MAP {'k': 1, 'l': 2}, map(['a'], [1])['a'], MAP {'a': 1}['a'], cardinality(MAP {'a': 1})
---
-- [[["a"],[1],true,[1],"[{'key': a, 'value': 1}]"]]
SELECT map_keys(MAP {'a': 1}), map_values(MAP {'a': 1}), map_contains(MAP {'a': 1}, 'a'), map_extract(MAP {'a': 1}, 'a'), map_entries(MAP {'a': 1})::VARCHAR
---
-- [[{"a":1},{"a":1,"b":2},[1]]]
SELECT map_from_entries([('a', 1)]), map_concat(MAP {'a': 1}, MAP {'b': 2}), element_at(MAP {'a': 1}, 'a')
---
-- [["2","num",2]]
SELECT union_value(num := 2)::VARCHAR, union_tag(union_value(num := 2))::VARCHAR, union_extract(union_value(num := 2), 'num')
---
-- [["b",["a","b"],"a"]]
SELECT ('b'::ENUM('a', 'b'))::VARCHAR, enum_range(NULL::ENUM('a', 'b')), enum_first(NULL::ENUM('a', 'b'))
---
-- [["101","0001",1,"111",2]]
SELECT '101'::BIT::VARCHAR, bitstring('1', 4)::VARCHAR, get_bit('101'::BIT, 0), set_bit('101'::BIT, 1, 1)::VARCHAR, bit_position('1'::BIT, '01'::BIT)
---
-- [["\\xAB",2,"6162"]]
SELECT '\xAB'::BLOB::VARCHAR, octet_length('ab'::BLOB), hex('ab'::BLOB)
---
-- [["1"]]
SELECT '{"a": {"b": [1, 2]}}'::JSON -> 'a' -> 'b' ->> 0
---
-- [["1","x","5"]]
SELECT json_extract('{"a": 1}', '$.a'), json_extract_string('{"a": "x"}', '$.a'), '{"a": 5}' ->> '$.a'
---
-- [[3,"OBJECT",["a","b"],false,true]]
SELECT json_array_length('[1, 2, 3]'), json_type('{"a": 1}'), json_keys('{"a": 1, "b": 2}'), json_valid('{'), json_exists('{"a": 1}', '$.a')
---
-- [["{\"a\":1,\"b\":[1]}","[1,\"x\"]","{\"a\":1}","\"x\"","1"]]
SELECT json_object('a', 1, 'b', [1]), json_array(1, 'x'), to_json({'a': 1}), json_quote('x'), json_value('{"a": 1}', '$.a')
---
-- [[["1","2"],["1","2"]]]
SELECT json_extract('{"a": [1, 2]}', ['$.a[0]', '$.a[1]']), json_extract('[{"a": 1}, {"a": 2}]', '$[*].a')
---
-- [[{"a":1,"b":"x"},[1,2]]]
SELECT ('{"a": 1, "b": "x"}'::JSON)::STRUCT(a INTEGER, b VARCHAR), ('[1, 2]'::JSON)::INTEGER[]
---
-- [["a","1"],["b","\"x\""]]
SELECT key, value FROM json_each('{"a": 1, "b": "x"}') ORDER BY key
---
-- [["$","OBJECT"],["$.a","ARRAY"],["$.a[0]","UBIGINT"]]
SELECT fullkey, type FROM json_tree('{"a": [1]}') ORDER BY id
---
-- [["[1,2]","{\"1\":1,\"2\":2}"]]
SELECT json_group_array(x), json_group_object(x::VARCHAR, x) FROM (VALUES (1), (2)) v(x)
---
-- [["{\n    \"a\": 1\n}","{\"a\":1}","{\"a\":1}","[1,2]"]]
SELECT json_pretty('{"a":1}'), json('{"a" : 1}'), row_to_json({'a': 1}), array_to_json([1, 2])
---
-- [["{\"a\":1}",true]]
SELECT ({'a': 1}::JSON)::VARCHAR, TRY_CAST('x' AS JSON) IS NULL
---
-- [[1],[2],[3]]
SELECT unnest([1, 2, 3])
---
-- [[1,"x"],[2,"y"]]
SELECT unnest([1, 2]) AS a, unnest(['x', 'y']) AS b
---
-- [[1],[2],[3]]
SELECT unnest([[1, 2], [3]], recursive := true)
---
-- [[3]]
FROM unnest([1, 2]) u(x) SELECT sum(x)::INTEGER
---
-- [[0],[1],[2]]
SELECT * FROM range(3)
---
-- [[1],[3],[5]]
SELECT * FROM generate_series(1, 5, 2) g(n)
---
-- [[2],[3]]
SELECT r.n FROM range(2, 4) r(n)
---
-- [["2024-01-01T00:00:00"],["2024-01-02T00:00:00"]]
SELECT * FROM range(DATE '2024-01-01', DATE '2024-01-03', INTERVAL 1 DAY) r(d)
---
-- [["x"],["x"]]
SELECT * FROM repeat('x', 2)
---
-- [[0,0],[0,1],[1,0],[1,1]]
SELECT i, j FROM range(2) a(i), range(2) b(j) ORDER BY ALL
---
-- [[1,"a"],[2,"b"]]
VALUES (1, 'a'), (2, 'b')
---
-- [[2,"b"]]
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v(n, s) WHERE n > 1
---
-- [[1,2]]
FROM (SELECT 1 AS a, 2 AS b)
---
-- [["Ada"]]
FROM {people} SELECT name WHERE id = 1
---
-- [[6]]
FROM {people} SELECT count(*)
---
-- [[1,"Ada","red",36,"1988-12-10"]]
TABLE {people} ORDER BY id LIMIT 1
---
-- [[1,"Ada","red",36,"1988-12-10"],[2,"Bob","blue",41,"1983-05-01"],[3,"Cyd","red",25,"1999-07-20"],[4,"Dee",null,52,null],[5,"Eve","blue",null,"2001-01-31"],[6,"Fay","red",33,"1991-02-28"]]
SELECT * FROM {people} ORDER BY id
---
-- [[4,"Dee"]]
SELECT id, name FROM {people} WHERE team IS NULL
---
-- [["Bob"]]
SELECT main.{people}.name FROM main.{people} WHERE main.{people}.id = 2
---
-- [["Ada"],["Bob"],["Dee"],["Fay"]]
SELECT p.name FROM {people} AS p WHERE p.age > 30 ORDER BY p.name
---
-- [["Ada"],["Bob"]]
SELECT p.n FROM {people} AS p(i, n) ORDER BY 1 LIMIT 2
---
-- [["Ada"]]
SELECT p: name FROM {people} ORDER BY id LIMIT 1
---
-- [["blue"],["red"],[null]]
SELECT DISTINCT team FROM {people} ORDER BY team NULLS LAST
---
-- [["blue","Bob"],["red","Ada"],[null,"Dee"]]
SELECT DISTINCT ON (team) team, name FROM {people} ORDER BY team, id
---
-- [["Bob"],["Ada"]]
SELECT name FROM {people} ORDER BY age DESC NULLS LAST, id LIMIT 2 OFFSET 1
---
-- [["Ada"],["Bob"],["Cyd"]]
SELECT name FROM {people} ORDER BY id LIMIT 50%
---
-- [["Ada"],["Bob"]]
SELECT name FROM {people} ORDER BY 1 LIMIT (SELECT 2)
---
-- [[6],[5],[4],[3],[2],[1]]
SELECT id FROM {people} ORDER BY ALL DESC
---
-- [[5,6]]
SELECT #1, #2 FROM (SELECT 5, 6)
---
-- [[1,true]]
SELECT id, rowid >= 0 FROM {people} ORDER BY id LIMIT 1
---
-- [[null,1],["blue",2],["red",3]]
SELECT team, count(*) AS n FROM {people} GROUP BY team ORDER BY team NULLS FIRST
---
-- [["blue",41],["red",94],[null,52]]
SELECT team, sum(age)::INTEGER FROM {people} GROUP BY ALL ORDER BY ALL
---
-- [["blue",41],["red",36]]
SELECT team, max(age) FROM {people} GROUP BY 1 HAVING count(*) > 1 ORDER BY 1
---
-- [[6,5,2,187,25,52,37]]
SELECT count(*), count(team), count(DISTINCT team), sum(age)::INTEGER, min(age), max(age), avg(age)::INTEGER FROM {people}
---
-- [[4,94]]
SELECT count(*) FILTER (WHERE age > 30), sum(age) FILTER (WHERE team = 'red')::INTEGER FROM {people}
---
-- [["Ada,Bob,Cyd,Dee,Eve,Fay",[6,5,4,3,2,1],["Ada","Bob","Cyd","Dee","Eve","Fay"]]]
SELECT string_agg(name, ',' ORDER BY name), list(id ORDER BY id DESC), array_agg(name ORDER BY id) FROM {people}
---
-- [["Ada","Fay","red","Dee","Cyd","Dee","Cyd"]]
SELECT first(name ORDER BY id), last(name ORDER BY id), any_value(team ORDER BY id), arg_max(name, age), arg_min(name, age), max_by(name, age), min_by(name, age) FROM {people}
---
-- [[true,true,0,7,7,720]]
SELECT bool_and(age > 1), bool_or(age > 40), bit_and(id)::INTEGER, bit_or(id)::INTEGER, bit_xor(id)::INTEGER, product(id)::INTEGER FROM {people}
---
-- [[4,"red",4,[2,5],4]]
SELECT median(id)::INTEGER, mode(team), quantile_cont(id, 0.5)::INTEGER, quantile_disc(id, [0.25, 0.75]), percentile_cont(0.5) WITHIN GROUP (ORDER BY id)::INTEGER FROM {people}
---
-- [[187,292,0,-120]]
SELECT round(stddev(id) * 100)::INTEGER, round(var_pop(id) * 100)::INTEGER, round(skewness(id))::INTEGER, round(kurtosis(id) * 100)::INTEGER FROM {people}
---
-- [[1,292,6,1]]
SELECT round(corr(id, id))::INTEGER, round(covar_pop(id, id) * 100)::INTEGER, regr_count(id, id), round(regr_slope(id, id))::INTEGER FROM {people}
---
-- [[true,{"blue":2,"red":3},true]]
SELECT approx_count_distinct(team) BETWEEN 1 AND 3, histogram(team), entropy(team) > 0 FROM {people}
---
-- [[[6,5],["Ada"],["Fay","Eve"]]]
SELECT max(id, 2), min(name, 1), arg_max(name, id, 2) FROM {people}
---
-- [[4,21,21,3,4]]
SELECT favg(id)::INTEGER, fsum(id)::INTEGER, kahan_sum(id)::INTEGER, geomean(id)::INTEGER, count_if(age > 30)::INTEGER FROM {people}
---
-- [[4,2,187]]
SELECT approx_quantile(id, 0.5)::INTEGER, mad(id)::INTEGER, sum(DISTINCT age)::INTEGER FROM {people}
---
-- [["111111"]]
SELECT bitstring_agg(id, 1, 6)::VARCHAR FROM {people}
---
-- [["blue",true,1],["blue",null,1],["blue",null,2],["red",false,1],["red",true,2],["red",null,3],[null,true,1],[null,null,1],[null,null,6]]
SELECT team, age > 30 AS old, count(*) FROM {people} GROUP BY GROUPING SETS ((team, old), (team), ()) ORDER BY ALL
---
-- [["blue",2,0],["red",3,0],[null,1,0],[null,6,1]]
SELECT team, count(*), grouping(team) FROM {people} GROUP BY ROLLUP (team) ORDER BY ALL
---
-- [["blue",0,2],["red",0,3],[null,0,1],[null,1,6]]
SELECT team, grouping_id(team), count(*) FROM {people} GROUP BY CUBE (team) ORDER BY ALL
---
-- [[1,6,3,2],[2,5,1,1],[3,4,3,2],[4,3,6,3],[5,2,1,1],[6,1,3,2]]
SELECT id, row_number() OVER (ORDER BY id DESC), rank() OVER (ORDER BY team), dense_rank() OVER (ORDER BY team) FROM {people} ORDER BY id
---
-- [[1,36],[2,41],[3,61],[4,52],[5,41],[6,94]]
SELECT id, sum(age) OVER (PARTITION BY team ORDER BY id)::INTEGER FROM {people} ORDER BY id
---
-- [[1,null,"Bob"],[2,"Ada","Cyd"],[3,"Bob","Dee"],[4,"Cyd","Eve"],[5,"Dee","Fay"],[6,"Eve","none"]]
SELECT id, lag(name) OVER (ORDER BY id), lead(name, 1, 'none') OVER (ORDER BY id) FROM {people} ORDER BY id
---
-- [[1,1,6,2],[2,1,6,2],[3,1,6,2],[4,1,6,2],[5,1,6,2],[6,1,6,2]]
SELECT id, first_value(id) OVER w, last_value(id) OVER w, nth_value(id, 2) OVER w FROM {people} WINDOW w AS (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) ORDER BY id
---
-- [[1,1,1,0],[2,1,2,1],[3,1,3,2],[4,2,4,3],[5,2,5,4],[6,2,6,5]]
SELECT id, ntile(2) OVER (ORDER BY id), (cume_dist() OVER (ORDER BY id) * 6)::INTEGER, (percent_rank() OVER (ORDER BY id) * 5)::INTEGER FROM {people} ORDER BY id
---
-- [[1,1,2,2],[2,3,3,3],[3,5,4,4],[4,7,4,4],[5,9,4,3],[6,11,3,2]]
SELECT id, sum(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)::INTEGER, count(*) OVER (ORDER BY id RANGE BETWEEN 2 PRECEDING AND 1 FOLLOWING), count(*) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING EXCLUDE CURRENT ROW) FROM {people} ORDER BY id
---
-- [[1,null,1],[2,36,2],[3,41,2],[4,25,3],[5,52,3],[6,52,4]]
SELECT id, lag(age IGNORE NULLS) OVER (ORDER BY id), count(*) FILTER (WHERE age > 30) OVER (ORDER BY id) FROM {people} ORDER BY id
---
-- [["Ada"],["Bob"],["Dee"]]
SELECT name FROM {people} QUALIFY row_number() OVER (PARTITION BY team ORDER BY id) = 1 ORDER BY name
---
-- [[6]]
SELECT max(n) FROM (SELECT row_number() OVER () AS n FROM {people})
---
-- [["Ada",1],["Ada",2],["Bob",3],["Cyd",4]]
SELECT p.name, o.id FROM {people} p JOIN {orders} o ON o.person = p.id ORDER BY o.id
---
-- [["Ada",1],["Ada",2],["Bob",3],["Cyd",4],["Dee",null],["Eve",null],["Fay",null]]
SELECT p.name, o.id FROM {people} p LEFT JOIN {orders} o ON o.person = p.id ORDER BY p.id, o.id NULLS FIRST
---
-- [[5]]
SELECT count(*) FROM {people} p RIGHT JOIN {orders} o ON o.person = p.id
---
-- [[8]]
SELECT count(*) FROM {people} p FULL OUTER JOIN {orders} o ON o.person = p.id
---
-- [[30]]
SELECT count(*) FROM {people} CROSS JOIN {orders}
---
-- [["Ada"],["Bob"],["Cyd"]]
SELECT name FROM {people} SEMI JOIN {orders} ON person = {people}.id ORDER BY name
---
-- [["Dee"],["Eve"],["Fay"]]
SELECT name FROM {people} p ANTI JOIN {orders} o ON o.person = p.id ORDER BY name
---
-- [[4]]
SELECT count(*) FROM {people} JOIN (SELECT person AS id FROM {orders}) USING (id)
---
-- [[4]]
SELECT count(*) FROM (SELECT id FROM {people}) NATURAL JOIN (SELECT person AS id FROM {orders})
---
-- [[1,1],[2,2],[3,3],[4,4],[5,5],[6,null]]
SELECT a.id, b.id FROM {people} a POSITIONAL JOIN {orders} b ORDER BY 1
---
-- [[1,"2024-01-01"],[2,"2024-01-01"],[3,"2024-02-01"],[4,"2024-02-01"],[5,"2024-02-01"]]
SELECT o.id, q.d FROM {orders} o ASOF JOIN (SELECT DATE '2024-01-01' d UNION ALL SELECT DATE '2024-02-01') q ON o.placed >= q.d ORDER BY o.id
---
-- [[1,2],[2,1],[3,1],[4,0],[5,0],[6,0]]
SELECT p.id, l.n FROM {people} p, LATERAL (SELECT count(*) AS n FROM {orders} o WHERE o.person = p.id) l ORDER BY p.id
---
-- [[1,2],[2,3],[3,4],[4,null],[5,null],[6,null]]
SELECT p.id, l.x FROM {people} p LEFT JOIN LATERAL (SELECT o.id AS x FROM {orders} o WHERE o.person = p.id ORDER BY o.id DESC LIMIT 1) l ON true ORDER BY p.id
---
-- [["Cyd"]]
SELECT p.name FROM {people} p WHERE EXISTS (SELECT 1 FROM {orders} o WHERE o.person = p.id AND o.amount > 20) ORDER BY p.name
---
-- [["Ada"],["Bob"],["Cyd"]]
SELECT name FROM {people} WHERE id IN (SELECT person FROM {orders}) ORDER BY name
---
-- [["Dee"],["Eve"],["Fay"]]
SELECT name FROM {people} WHERE id NOT IN (SELECT person FROM {orders}) ORDER BY name
---
-- [["Dee"]]
SELECT name FROM {people} p WHERE age >= ALL (SELECT age FROM {people} WHERE age IS NOT NULL)
---
-- [["Cyd"]]
SELECT name FROM {people} WHERE id = ANY (SELECT person FROM {orders} WHERE amount > 20) ORDER BY name
---
-- [["Ada",2],["Bob",1],["Cyd",1],["Dee",0],["Eve",0],["Fay",0]]
SELECT p.name, (SELECT count(*) FROM {orders} o WHERE o.person = p.id) AS n FROM {people} p ORDER BY p.id
---
-- [[27]]
SELECT (SELECT max(age) FROM {people}) - (SELECT min(age) FROM {people})
---
-- [[[1,2,3,4,5,6]]]
SELECT array(SELECT id FROM {people} ORDER BY id)
---
-- [["blue",41]]
SELECT * FROM (SELECT team, age FROM {people}) WHERE age = 41
---
-- [[4]]
WITH old AS (SELECT * FROM {people} WHERE age > 30) SELECT count(*) FROM old
---
-- [[1,2]]
WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS x FROM a) SELECT a.x, b.x FROM a, b
---
-- [[3]]
WITH t(n, m) AS (VALUES (1, 2)) SELECT n + m FROM t
---
-- [[3]]
WITH a AS MATERIALIZED (SELECT 1 AS x), b AS NOT MATERIALIZED (SELECT 2 AS y) SELECT x + y FROM a, b
---
-- [["mine"]]
WITH {people} AS (SELECT 'mine' AS name) SELECT name FROM {people}
---
-- [[6]]
WITH {people} AS (SELECT count(*) AS n FROM {people}) SELECT n FROM {people}
---
-- [[7]]
SELECT * FROM (WITH x AS (SELECT 7 AS n) SELECT n FROM x)
---
-- [[15]]
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n)::INTEGER FROM t
---
-- [[[0,1,1,2,3,5,8,13,21,34]]]
WITH RECURSIVE fib(a, b) AS (SELECT 0, 1 UNION ALL SELECT b, a + b FROM fib WHERE b < 50) SELECT list(a ORDER BY a) FROM fib
---
-- [[3]]
WITH RECURSIVE up AS (SELECT id, person FROM {orders} WHERE id = 3 UNION SELECT o.id, o.person FROM {orders} o JOIN up ON o.id = up.id - 1) SELECT count(*) FROM up
---
-- [[1,3]]
WITH RECURSIVE t(n, s) USING KEY (n) AS (SELECT 1, 0 UNION SELECT n, s + 1 FROM t WHERE s < 3) SELECT n, s FROM t
---
-- [[1],[2]]
SELECT 1 AS a UNION SELECT 1 UNION SELECT 2 ORDER BY a
---
-- [[1],[1]]
SELECT 1 AS a UNION ALL SELECT 1
---
-- [[1,2],[4,3]]
SELECT 1 AS a, 2 AS b UNION ALL BY NAME SELECT 3 AS b, 4 AS a ORDER BY a
---
-- [[1],[2],[3]]
SELECT id FROM {people} INTERSECT SELECT person FROM {orders} ORDER BY id
---
-- [[4],[5],[6]]
SELECT id FROM {people} EXCEPT SELECT person FROM {orders} ORDER BY id
---
-- [[2],[1]]
(SELECT 1 AS a LIMIT 1) UNION ALL (SELECT 2 LIMIT 1) ORDER BY a DESC
---
-- [[1],[1]]
SELECT unnest([1, 1, 2]) INTERSECT ALL SELECT unnest([1, 1, 3])
---
-- [[2]]
SELECT count(*) FROM (SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 EXCEPT SELECT 2)
---
-- [[1,"Ada","red"]]
SELECT * EXCLUDE (age, born) FROM {people} WHERE id = 1
---
-- [[1,"ADA","red",36,"1988-12-10"]]
SELECT * REPLACE (upper(name) AS name) FROM {people} WHERE id = 1
---
-- [[1,"Ada","red",36,"1988-12-10"]]
SELECT * RENAME (name AS who) FROM {people} WHERE id = 1
---
-- [[1,"Ada"]]
SELECT COLUMNS('^(id|name)$') FROM {people} ORDER BY id LIMIT 1
---
-- [[36]]
SELECT COLUMNS(c -> c LIKE 'a%') FROM {people} WHERE id = 1
---
-- [[1,25]]
SELECT min(COLUMNS(['id', 'age'])) FROM {people}
---
-- [[2,"Bob","blue",41]]
SELECT COLUMNS(* EXCLUDE (born)) FROM {people} WHERE id = 2
---
-- [["Ada"]]
SELECT * LIKE 'na%' FROM {people} WHERE id = 1
---
-- [["1","true"]]
SELECT COLUMNS(*)::VARCHAR FROM (SELECT 1 AS a, true AS b)
---
-- [["Ada"],["Bob"],["Cyd"],["Dee"],["Eve"],["Fay"]]
SELECT coalesce(*COLUMNS(['team', 'name'])) FROM {people} ORDER BY id
---
-- [["Dee"],["Fay"]]
SELECT name FROM {people} WHERE COLUMNS(['id', 'age']) > 3 ORDER BY name
---
-- [[1,"Ada","red",36,"1988-12-10"]]
SELECT p.* FROM {people} p WHERE p.id = 1
---
-- [[["id","name","team","age","born"]]]
SELECT struct_keys(p) FROM {people} p WHERE id = 1
---
-- [[{"id":1,"name":"Ada"}]]
SELECT p FROM (SELECT id, name FROM {people} WHERE id = 1) p
---
-- [["Ada","ADA"]]
SELECT name AS n, upper(n) FROM {people} WHERE n = 'Ada'
---
-- [[true]]
SELECT upper(lower('Ada')) = 'ADA' WHERE 1 = 1
---
-- [[6]]
SELECT count(*) FROM {people} TABLESAMPLE 100%
---
-- [[3]]
SELECT count(*) FROM {people} USING SAMPLE 3 ROWS
---
-- [[true]]
SELECT count(*) <= 6 FROM {people} TABLESAMPLE reservoir(50%) REPEATABLE (42)
---
-- [[41,36]]
PIVOT (SELECT team, age FROM {people} WHERE team IS NOT NULL) ON team IN ('blue', 'red') USING max(age)
---
-- [[1,11,null],[2,20,null],[3,null,5],[4,null,null],[5,null,null]]
PIVOT {orders} ON person IN (1, 2) USING sum(amount)::INTEGER AS total GROUP BY id ORDER BY id
---
-- [["Ada",1,0],["Bob",0,1],["Cyd",1,0],["Dee",0,0],["Eve",0,1],["Fay",1,0]]
SELECT * FROM {people} PIVOT (count(*) FOR team IN ('red', 'blue') GROUP BY name) ORDER BY name
---
-- [["a",1],["b",2]]
UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b
---
-- [[1,"feb",20],[1,"jan",10]]
SELECT * FROM (SELECT 1 AS id, 10 AS jan, 20 AS feb) UNPIVOT (v FOR month IN (jan, feb)) ORDER BY month
---
-- [[1,"age",36]]
UNPIVOT (SELECT id, age FROM {people} WHERE id = 1) ON COLUMNS('age') INTO NAME k VALUE v
---
-- [["id","BIGINT"],["name","VARCHAR"],["team","VARCHAR"],["age","INTEGER"],["born","DATE"]]
SELECT column_name, column_type FROM (DESCRIBE {people})
---
-- [["id","BIGINT","YES",null,"NULL",null],["name","VARCHAR","YES",null,"NULL",null],["team","VARCHAR","YES",null,"NULL",null],["age","INTEGER","YES",null,"NULL",null],["born","DATE","YES",null,"NULL",null]]
DESCRIBE {people}
---
-- [["a","INTEGER","YES",null,null,null],["b","VARCHAR","YES",null,null,null]]
DESCRIBE SELECT 1 AS a, 'x' AS b
---
-- [["id","BIGINT","YES",null,"NULL",null],["name","VARCHAR","YES",null,"NULL",null],["team","VARCHAR","YES",null,"NULL",null],["age","INTEGER","YES",null,"NULL",null],["born","DATE","YES",null,"NULL",null]]
SHOW {people}
---
-- [["id","1","6"],["name","Ada","Fay"]]
SELECT column_name, min, max FROM (SUMMARIZE SELECT id, name FROM {people})
---
-- [[5]]
SELECT count(*) FROM (SUMMARIZE {people})
---
-- [[["new","new","shop","web"]]]
SELECT list(tag ORDER BY tag) FROM (SELECT unnest(tags) AS tag FROM {orders})
---
-- [[1,2,"new"],[2,0,null],[3,1,"shop"],[4,null,null],[5,1,"new"]]
SELECT id, len(tags), tags[1] FROM {orders} ORDER BY id
---
-- [[1,"new"],[1,"web"],[3,"shop"],[5,"new"]]
SELECT o.id, t.tag FROM {orders} o, unnest(o.tags) AS t(tag) ORDER BY ALL
---
-- [[1],[5]]
SELECT id FROM {orders} WHERE list_contains(tags, 'new') ORDER BY id
---
-- [[1,"a"],[2,"b"],[3,null],[4,null],[5,null]]
SELECT id, doc ->> 'k' FROM {orders} ORDER BY id
---
-- [[1,1],[3,3],[5,5]]
SELECT id, (doc ->> '$.n')::INTEGER AS n FROM {orders} WHERE (doc -> 'n') IS NOT NULL ORDER BY id
---
-- [[1,"k","\"a\""],[1,"n","1"],[2,"k","\"b\""],[3,"n","3"],[5,"k","null"],[5,"n","5"]]
SELECT o.id, e.key, e.value FROM {orders} o, json_each(o.doc) e ORDER BY o.id, e.key
---
-- [[5,"0.01"],[3,"5.25"],[1,"10.50"],[2,"20.00"],[4,"99.99"]]
SELECT id, amount::VARCHAR FROM {orders} ORDER BY amount
---
-- [["135.75","99.99",27]]
SELECT sum(amount)::VARCHAR, max(amount)::VARCHAR, avg(amount)::INTEGER FROM {orders}
---
-- [["2024-01-01",2],["2024-02-01",2],["2024-03-01",1]]
SELECT date_trunc('month', placed)::DATE AS m, count(*) FROM {orders} GROUP BY m ORDER BY m
---
-- [[1,"2024-01-05","10:00"],[2,"2024-01-20","12:30"],[3,"2024-02-03","08:15"],[4,"2024-02-29","23:59"],[5,"2024-03-10","00:00"]]
SELECT id, placed::DATE, strftime(placed, '%H:%M') FROM {orders} ORDER BY id
---
-- [["Bob","1983-05-01",1983],["Ada","1988-12-10",1988]]
SELECT p.name, born, year(born) FROM {people} p WHERE born < DATE '1990-01-01' ORDER BY born
---
-- [[3]]
SELECT count(*) FROM {people} WHERE name SIMILAR TO '[A-C].*' AND NOT (age < 20 OR age IS NULL)
---
-- [["blue",["B","E"]],["red",["A","C","F"]]]
SELECT team, list_transform(list(name ORDER BY id), x -> x[1]) FROM {people} WHERE team IS NOT NULL GROUP BY team ORDER BY team
---
-- [["ABCDEF"]]
SELECT upper(string_agg(left(name, 1), '' ORDER BY id)) FROM {people}
---
-- [[3]]
SELECT sum(CASE WHEN team = 'red' THEN 1 ELSE 0 END)::INTEGER FROM {people}
---
-- [[true,"name",null]]
SELECT hash(1) = hash(1), alias(name), constant_or_null(1, NULL) FROM {people} WHERE id = 1
---
-- [[true,"memory","main"]]
SELECT version() LIKE 'v%', current_database(), current_schema()
---
-- [[true,"1.0 KiB"]]
SELECT can_cast_implicitly(1, 2::BIGINT), pg_size_pretty(1024)
---
-- [[7,"018f3c5a-0000-7000-8000-000000000000"]]
SELECT uuid_extract_version('018f3c5a-0000-7000-8000-000000000000'::UUID), '018F3C5A-0000-7000-8000-000000000000'::UUID::VARCHAR
---
-- [[true,true,false,1]]
SELECT 1::BOOLEAN, 'true'::BOOLEAN, 0::BOOLEAN, true::INTEGER
---
-- [[["1","2"],{"a":"1"},null]]
SELECT CAST([1, 2] AS VARCHAR[]), CAST({'a': 1} AS STRUCT(a VARCHAR)), CAST(NULL AS INTEGER)
---
-- [["123","12345678901234567890"]]
SELECT '123'::BIGNUM::VARCHAR, 12345678901234567890::HUGEINT::BIGNUM::VARCHAR
---
-- [[true,"INT32"]]
SELECT {'a': 1}::VARIANT::VARCHAR IS NOT NULL, variant_typeof(1::VARIANT)
---
-- [["POINT (1 2)"]]
SELECT 'POINT (1 2)'::GEOMETRY::VARCHAR
---
-- [[1]]
SELECT max(a) FROM (SELECT 1 AS a UNION ALL SELECT NULL) WHERE a IS NOT NULL
---
-- [[null],[1]]
SELECT a FROM (SELECT NULL AS a UNION ALL SELECT 1) ORDER BY a NULLS FIRST
---
-- [[2]]
SELECT count(*) FROM {people} WHERE (team, age) IN (('red', 36), ('blue', 41))
---
-- [[true,true,false]]
SELECT (1, 'a') = (1, 'a'), (1, 2) < (1, 3), row(1, NULL) IS NULL
---
-- [[1]]
SELECT a.x FROM (SELECT 1 AS x) a, (SELECT 2 AS x) b WHERE a.x < b.x
---
-- [[[5,10],true]]
SELECT equi_width_bins(0, 10, 2, false), md5_number('a')::VARCHAR IS NOT NULL
---
-- [["b.txt","a",["a","b"]]]
SELECT parse_filename('/a/b.txt'), parse_dirname('a/b'), parse_path('a/b')
---
-- [[4]]
SELECT count(*) FROM {people} a JOIN {people} b ON a.team = b.team AND a.id < b.id
---
-- [["Ada"],["Bob"],["Dee"],["Eve"]]
SELECT name FROM {people} WHERE name IN ('Ada', 'Bob') OR name LIKE '%e' ORDER BY name
---
-- [["red",3]]
SELECT team, count(*) FROM {people} GROUP BY team HAVING bool_or(name = 'Ada')
---
-- [[6],[4],[2]]
SELECT id FROM {people} WHERE id % 2 = 0 ORDER BY id DESC
---
-- [[1,"Ada"],[2,"Bob"]]
SELECT * FROM (SELECT row_number() OVER (ORDER BY id) AS n, name FROM {people}) WHERE n <= 2 ORDER BY n
---
-- [["blue",41],["red",135]]
SELECT team, sum(sum(age)) OVER (ORDER BY team)::INTEGER FROM {people} WHERE team IS NOT NULL GROUP BY team ORDER BY team
---
-- [[3,3]]
SELECT wavg(id, age)::INTEGER, weighted_avg(id, 1)::INTEGER FROM {people} WHERE age IS NOT NULL
---
-- []
SELECT 1 WHERE NULL
---
-- []
SELECT * FROM {people} WHERE false
---
-- [[""]]
SELECT ''
---
-- [[null]]
SELECT NULL
---
-- [[" leading and trailing "]]
SELECT ' leading and trailing '
---
-- [[9223372036854775807,-9223372036854775808]]
SELECT 9223372036854775807, -9223372036854775808
---
-- [[true,false,null]]
SELECT true, false, NULL::BOOLEAN
---
-- [[[null,1],{"a":null},{}]]
SELECT [NULL, 1], {'a': NULL}, MAP {}
---
-- [[[[1,2],[3]],[{"a":[1]}]]]
SELECT [[1, 2], [3]], [{'a': [1]}]
---
-- [[12]]
SELECT count(*) FROM (SELECT * FROM {people} UNION ALL SELECT * FROM {people})
---
-- [[30],[30],[25]]
SELECT least(age, 30) FROM {people} WHERE id <= 3 ORDER BY id
---
-- [[499500]]
SELECT sum(n)::INTEGER FROM (SELECT unnest(range(1000)) AS n)
---
-- [[14286]]
SELECT count(*) FROM range(100000) WHERE range % 7 = 0
---
-- [[1000,2000]]
SELECT len(list_transform(range(1000), x -> x + 1)), len(repeat('ab', 1000))
---
-- [[3]]
SELECT a + b FROM (SELECT 1 AS a, 2 AS b) AS "select" WHERE "select".a = 1
---
-- [[-2,false,true]]
SELECT ~1, NOT true, NOT false
---
-- [[true,true]]
SELECT '2024-01-01' < DATE '2024-06-01', '5' = 5
---
-- [[2023,0]]
SELECT year(TIMESTAMPTZ '2023-12-31 23:30:00+00'), date_part('timezone', TIMESTAMPTZ '2023-12-31 23:30:00+00')
---
-- [[{"year":2024,"month":5}]]
SELECT date_part(['year', 'month'], DATE '2024-05-06')
---
-- [[["b","a",null],[-3,-1]]]
SELECT list_sort(['b', 'a', NULL], 'DESC', 'NULLS LAST'), list_sort(list_transform([3, 1], x -> -x))
---
-- [[["blue","red"]]]
SELECT array_agg(DISTINCT team ORDER BY team) FILTER (WHERE team IS NOT NULL) FROM {people}
---
-- [["Ada:red"],["Bob:blue"],["Cyd:red"],["Dee:-"],["Eve:blue"],["Fay:red"]]
SELECT trim(name) || ':' || coalesce(team, '-') FROM {people} ORDER BY id
---
-- [["30.50",5]]
SELECT sum(amount) FILTER (WHERE person = 1)::VARCHAR AS "of one", count(*) AS "all" FROM {orders}
