package io.grouter.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Log lines as text or JSON. Messages may hold text from outside, such as names of routes: in either format control
 * characters are written as escapes, so that no text can look like a line of its own or speak to a terminal. Safe for all
 * threads.
 */
public final class LineLayout extends LayoutBase<ILoggingEvent> {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", Locale.ROOT)
            .withZone(ZoneId.systemDefault());
    private static final int MOST_FRAMES = 6;
    private static final int MOST_CAUSES = 5;
    private static final int MOST_CHARACTERS = 16_384;

    private volatile LogConfig.Format format = LogConfig.Format.TEXT;

    /** Makes the layout of text lines. */
    public LineLayout() {}

    /** Chooses how lines look from now on. */
    void format(LogConfig.Format chosen) {
        format = chosen;
    }

    @Override
    public String doLayout(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(160);
        if (format == LogConfig.Format.JSON) {
            json(line, event);
        } else {
            text(line, event);
        }
        return line.append('\n').toString();
    }

    // ---- text

    private static void text(StringBuilder line, ILoggingEvent event) {
        line.append(time(event)).append(' ').append(event.getLevel());
        line.append(" ".repeat(6 - event.getLevel().toString().length()));
        line.append(event.getLoggerName().substring(event.getLoggerName().lastIndexOf('.') + 1))
                .append(' ');
        plain(line, event.getFormattedMessage());
        IThrowableProxy thrown = event.getThrowableProxy();
        for (int i = 0; thrown != null && i < MOST_CAUSES; i++) {
            line.append(i == 0 ? "\n  " : "\n  caused by ");
            plain(line, named(thrown));
            StackTraceElementProxy[] frames = thrown.getStackTraceElementProxyArray();
            for (int at = 0; at < Math.min(frames.length, MOST_FRAMES); at++) {
                line.append("\n    ").append(frames[at].getSTEAsString());
            }
            thrown = thrown.getCause();
        }
    }

    private static void plain(StringBuilder line, @Nullable String text) {
        String all = cut(text);
        for (int i = 0; i < all.length(); i++) {
            char c = all.charAt(i);
            if (isHarmless(c)) {
                line.append(c);
            } else {
                escape(line, c);
            }
        }
    }

    // ---- JSON

    private static void json(StringBuilder line, ILoggingEvent event) {
        line.append("{\"time\":\"")
                .append(time(event))
                .append("\",\"level\":\"")
                .append(event.getLevel());
        line.append("\",\"logger\":\"");
        quoted(line, event.getLoggerName());
        line.append("\",\"message\":\"");
        quoted(line, event.getFormattedMessage());
        line.append("\",\"thread\":\"");
        quoted(line, event.getThreadName());
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown != null) {
            line.append("\",\"exception\":\"");
            quoted(line, stack(thrown));
        }
        line.append("\"}");
    }

    private static String stack(IThrowableProxy first) {
        StringBuilder text = new StringBuilder();
        IThrowableProxy thrown = first;
        for (int i = 0; thrown != null && i < MOST_CAUSES; i++) {
            text.append(i == 0 ? "" : "; caused by ").append(named(thrown));
            StackTraceElementProxy[] frames = thrown.getStackTraceElementProxyArray();
            for (int at = 0; at < Math.min(frames.length, MOST_FRAMES); at++) {
                text.append(' ').append(frames[at].getSTEAsString());
            }
            thrown = thrown.getCause();
        }
        return text.toString();
    }

    private static void quoted(StringBuilder line, @Nullable String text) {
        String all = cut(text);
        for (int i = 0; i < all.length(); i++) {
            char c = all.charAt(i);
            if (c == '"' || c == '\\') {
                line.append('\\').append(c);
            } else if (isHarmless(c)) {
                line.append(c);
            } else {
                escape(line, c);
            }
        }
    }

    // ---- both

    private static String time(ILoggingEvent event) {
        return TIME.format(Instant.ofEpochMilli(event.getTimeStamp()));
    }

    private static String named(IThrowableProxy thrown) {
        String message = thrown.getMessage();
        return message == null ? thrown.getClassName() : thrown.getClassName() + ": " + message;
    }

    private static String cut(@Nullable String text) {
        String all = text == null ? "null" : text;
        return all.length() <= MOST_CHARACTERS ? all : all.substring(0, MOST_CHARACTERS) + " ...";
    }

    /** Control characters, line ends as Unicode knows them, and what turns the direction of text round are not. */
    private static boolean isHarmless(char c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    private static void escape(StringBuilder line, char c) {
        switch (c) {
            case '\n' -> line.append("\\n");
            case '\r' -> line.append("\\r");
            case '\t' -> line.append("\\t");
            default -> line.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
        }
    }
}
