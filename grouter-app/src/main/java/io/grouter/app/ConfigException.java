package io.grouter.app;

import java.util.List;

/** A configuration that cannot be used, with every problem in it. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    /** Makes an exception from problems that each say where, what and what is allowed; at least one. */
    public ConfigException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /** Returns the problems, in the order of the file. */
    public List<String> problems() {
        return problems;
    }
}
