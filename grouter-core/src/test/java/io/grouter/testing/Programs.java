package io.grouter.testing;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Programs of this machine that tests start. */
public final class Programs {
    private Programs() {}

    /**
     * Returns where a program on the PATH is, or null. In CI its absence is a failure.
     *
     * @param debianPackage the package to install
     */
    public static @Nullable String find(String name, String debianPackage) {
        String path = System.getenv("PATH");
        for (String folder : (path == null ? "" : path).split(File.pathSeparator, -1)) {
            Path candidate = Path.of(folder.isEmpty() ? "." : folder, name);
            if (Files.isExecutable(candidate)) {
                return candidate.toString();
            }
        }
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(name + " is not on the PATH; in CI the tests must run with the real one (Debian: "
                    + "apt-get install " + debianPackage + ")");
        }
        return null;
    }
}
