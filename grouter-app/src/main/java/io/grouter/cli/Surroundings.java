package io.grouter.cli;

import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Everything a command touches besides its arguments. */
interface Surroundings {
    /** Returns a variable of the environment, or null. */
    @Nullable
    String environment(String name);

    /** Returns the name of the user. */
    String user();

    Terminal terminal();

    /** Returns where answers go; its writes fail when nobody reads any more. */
    Writer out();

    /** Returns where everything else goes. */
    PrintWriter err();

    Instant now();

    void pause(Duration time) throws InterruptedException;

    /** Makes a way to a node; throws {@link CommandFailure} when the target cannot be used. */
    Api api(Target target) throws CommandFailure;
}
