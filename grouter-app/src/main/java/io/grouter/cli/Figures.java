package io.grouter.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers and times as people read them. */
final class Figures {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Figures() {}

    /** Returns 1234567 as {@code 1,234,567}. */
    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** Returns a number of things, such as {@code 1 route} and {@code 2 routes}. */
    static String count(long number, String thing) {
        return count(number) + " " + thing + (number == 1 ? "" : "s");
    }

    /** Returns seconds as {@code 0.4s}, {@code 12s}, {@code 3m20s}, {@code 2h5m} or {@code 4d1h}; null as {@code -}. */
    static String age(@Nullable Double seconds) {
        if (seconds == null) {
            return "-";
        }
        if (seconds < 9.95) {
            return String.format(Locale.ROOT, "%.1fs", seconds);
        }
        long whole = Math.round(seconds);
        if (whole < 60) {
            return whole + "s";
        }
        if (whole < 3600) {
            return pair(whole / 60, "m", whole % 60, "s");
        }
        if (whole < 86400) {
            return pair(whole / 3600, "h", whole % 3600 / 60, "m");
        }
        return pair(whole / 86400, "d", whole % 86400 / 3600, "h");
    }

    private static String pair(long big, String unit, long small, String smaller) {
        return big + unit + (small == 0 ? "" : small + smaller);
    }

    /** Returns a share from 0 to 1 as {@code 87%}; null as {@code -}. */
    static String share(@Nullable Double share) {
        return share == null ? "-" : Math.round(share * 100) + "%";
    }

    /** Returns a rate such as {@code 0}, {@code 0.3}, {@code 12}, {@code 4,711}; null as {@code -}. */
    static String rate(@Nullable Double rate) {
        if (rate == null) {
            return "-";
        }
        return rate == 0 || rate >= 9.95 ? count(Math.round(rate)) : String.format(Locale.ROOT, "%.1f", rate);
    }

    /** Returns milliseconds as {@code 0.4ms} or {@code 12ms}; null as {@code -}. */
    static String millis(@Nullable Double millis) {
        if (millis == null) {
            return "-";
        }
        return String.format(Locale.ROOT, millis < 9.95 ? "%.1fms" : "%.0fms", millis);
    }

    /** Returns a time of the API as {@code 2026-11-23 03:00:00Z}; what is no time comes back as it is. */
    static String time(String time) {
        Instant instant = instant(time);
        return instant == null ? time : TIME.format(instant);
    }

    /** Returns how long it is from now until a time of the API, such as {@code 1h58m}; {@code ""} where it is past. */
    static String until(String time, Instant now) {
        Instant instant = instant(time);
        if (instant == null || !instant.isAfter(now)) {
            return "";
        }
        return age(Duration.between(now, instant).toMillis() / 1000.0);
    }

    private static @Nullable Instant instant(String time) {
        try {
            return Instant.parse(time);
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
