package dev.loramill.llama.jinja;

import java.time.LocalDate;
import java.time.format.TextStyle;
import java.util.Locale;

/** Dates as Python's {@code strftime} writes them in the C locale. */
final class DateFormat {
    private DateFormat() {}

    static String format(String pattern, LocalDate date) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c != '%' || i + 1 == pattern.length()) {
                text.append(c);
                continue;
            }
            char code = pattern.charAt(++i);
            boolean unpadded = code == '-' && i + 1 < pattern.length();
            if (unpadded) {
                code = pattern.charAt(++i);
            }
            String part = part(code, date);
            text.append(unpadded && part.startsWith("0") ? part.substring(1) : part);
        }
        return text.toString();
    }

    private static String part(char code, LocalDate date) {
        return switch (code) {
            case 'd' -> "%02d".formatted(date.getDayOfMonth());
            case 'm' -> "%02d".formatted(date.getMonthValue());
            case 'Y' -> Integer.toString(date.getYear());
            case 'y' -> "%02d".formatted(date.getYear() % 100);
            case 'b', 'h' -> date.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case 'B' -> date.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'a' -> date.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case 'A' -> date.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'j' -> "%03d".formatted(date.getDayOfYear());
            case 'F' -> date.toString();
            // The pinned date begins at midnight.
            case 'H', 'M', 'S' -> "00";
            case 'I' -> "12";
            case 'p' -> "AM";
            case '%' -> "%";
            default ->
                    throw new TemplateException(
                            "chat template: strftime_now knows no \"%" + code + "\"");
        };
    }
}
