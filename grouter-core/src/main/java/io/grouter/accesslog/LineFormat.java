package io.grouter.accesslog;

/** How an entry becomes a line. */
interface LineFormat {
    /** Adds the entry as one line, with exactly one line feed, at its end. */
    void add(AccessEntry entry, Line out);

    /** Returns what writes a format. */
    static LineFormat of(AccessLogConfig.Format format) {
        return switch (format) {
            case TEXT -> new TextFormat();
            case JSON -> new JsonFormat();
        };
    }
}
