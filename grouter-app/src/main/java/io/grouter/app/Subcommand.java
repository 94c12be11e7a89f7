package io.grouter.app;

/**
 * A subcommand that another module brings along; found by {@link java.util.ServiceLoader}. Implementations carry
 * picocli's {@code @Command}.
 */
public interface Subcommand {}
