package io.grouter.accesslog;

import io.grouter.route.Bytes;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/** The lines of a batch as they are put together, with the notations that both formats share. Used by one thread. */
final class Line {
    /** How much of a text is written. */
    static final int MAX_TEXT = 4096;

    private static final long MILLIS_PER_DAY = 86_400_000;
    private static final String HEX = "0123456789abcdef";

    private final Bytes bytes;
    private LocalDate date = LocalDate.EPOCH;

    Line(int capacity) {
        this.bytes = new Bytes(capacity);
    }

    int length() {
        return bytes.length();
    }

    /** Forgets all bytes behind the first so many. */
    void truncate(int length) {
        bytes.truncate(length);
    }

    /** Returns a view of the bytes, good until the next change. */
    ByteBuffer view() {
        return ByteBuffer.wrap(bytes.array(), 0, bytes.length());
    }

    /** Returns how much of a text is written; 0 when it is absent. */
    static int written(@Nullable String text) {
        return text == null ? 0 : Math.min(text.length(), MAX_TEXT);
    }

    Line add(char ascii) {
        bytes.add(ascii);
        return this;
    }

    /** Adds a text of our own, which needs no escapes. */
    Line ascii(String text) {
        for (int i = 0; i < text.length(); i++) {
            bytes.add(text.charAt(i));
        }
        return this;
    }

    /** Adds so many hexadecimal digits of a number. */
    Line hex(int value, int digits) {
        for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
            bytes.add(HEX.charAt(value >>> shift & 0xF));
        }
        return this;
    }

    /** Adds a number; one below 0 as 0. */
    Line number(long value) {
        if (value >= 10) {
            number(value / 10);
        }
        bytes.add('0' + (int) (Math.max(0, value) % 10));
        return this;
    }

    /** Adds nanoseconds &gt;= 0 as seconds with six decimals. */
    Line seconds(long nanos) {
        long micros = nanos / 1000 + (nanos % 1000 >= 500 ? 1 : 0);
        return number(micros / 1_000_000).add('.').digits((int) (micros % 1_000_000), 6);
    }

    /** Adds a time in the form {@code 2006-01-02T15:04:05.000000000Z}. */
    Line timestamp(long epochMillis) {
        long day = Math.floorDiv(epochMillis, MILLIS_PER_DAY);
        int millis = (int) Math.floorMod(epochMillis, MILLIS_PER_DAY);
        if (date.toEpochDay() != day) {
            date = LocalDate.ofEpochDay(day);
        }
        int year = Math.max(0, date.getYear());
        return (year < 10_000 ? digits(year, 4) : number(year))
                .add('-')
                .digits(date.getMonthValue(), 2)
                .add('-')
                .digits(date.getDayOfMonth(), 2)
                .add('T')
                .digits(millis / 3_600_000, 2)
                .add(':')
                .digits(millis / 60_000 % 60, 2)
                .add(':')
                .digits(millis / 1000 % 60, 2)
                .add('.')
                .digits(millis % 1000, 3)
                .ascii("000000Z");
    }

    private Line digits(int value, int digits) {
        if (digits > 1) {
            digits(value / 10, digits - 1);
        }
        bytes.add('0' + value % 10);
        return this;
    }
}
