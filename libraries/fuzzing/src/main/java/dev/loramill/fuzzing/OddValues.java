package dev.loramill.fuzzing;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;

/** Texts and numbers that programs stumble over. */
final class OddValues {
    static final List<String> TEXTS =
            List.of(
                    "",
                    " ",
                    "\0",
                    "a\0b",
                    "\uD800",
                    "\uDC00x",
                    "x\uD83D",
                    "\uD83D\uDE00",
                    "\uFEFF",
                    "\u202E",
                    "\u0085",
                    "\u2028",
                    "e\u0301",
                    "\u0130",
                    "\n",
                    "\r\n",
                    "\t",
                    "..",
                    "../../x",
                    "/x",
                    "x\\y",
                    "%s%n$1",
                    "'; --",
                    "\"",
                    "null",
                    "true",
                    "NaN",
                    "Infinity",
                    "-1",
                    "1e999",
                    "9999-12-31T23:59:59Z",
                    "+1000000000-01-01T00:00:00Z",
                    "-1-01-01T00:00:00Z",
                    "<|im_start|>",
                    "[INST]",
                    "{{",
                    "(x+x+)+y");

    /** As JSON and other texts write them. */
    static final List<String> NUMBERS =
            List.of(
                    "0",
                    "-0",
                    "-0.0",
                    "1",
                    "-1",
                    "2",
                    "127",
                    "128",
                    "255",
                    "256",
                    "65535",
                    "65536",
                    "2147483647",
                    "2147483648",
                    "-2147483648",
                    "4294967296",
                    "9007199254740991",
                    "9007199254740993",
                    "9223372036854775807",
                    "9223372036854775808",
                    "-9223372036854775808",
                    "4611686018427387904",
                    "2305843009213693952",
                    "18446744073709551615",
                    "1e15",
                    "1.5",
                    "0.1",
                    "1e-320",
                    "1e-400",
                    "1e308",
                    "1e400",
                    "-1e400",
                    "1e99999",
                    "1e999999999",
                    "NaN",
                    "Infinity",
                    "0x10",
                    "007",
                    "1_000",
                    "9".repeat(400),
                    "0." + "0".repeat(400) + "1");

    /** Those of the numbers that are numbers of JSON and of a moderate size. */
    static final List<BigDecimal> DECIMALS =
            NUMBERS.stream()
                    .filter(text -> text.matches("-?[0-9.]+(e-?[0-9]{1,5})?"))
                    .map(BigDecimal::new)
                    .toList();

    static final List<BigInteger> INTEGERS =
            NUMBERS.stream().filter(text -> text.matches("-?[0-9]+")).map(BigInteger::new).toList();

    private OddValues() {}

    static <T> T pick(List<T> values, Random random) {
        return values.get(random.nextInt(values.size()));
    }

    /** An odd text, or a common one of any length up to 64 Ki. */
    static String text(Random random) {
        return random.nextInt(8) == 0
                ? pick(List.of("x", "ab ", "\u00E9", "\uD83D\uDE00", "\n", "\0"), random)
                        .repeat(1 << random.nextInt(15))
                : pick(TEXTS, random);
    }
}
