package io.grouter.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** All that can be asked for. Immutable. */
final class Operations {
    private final List<Operation> all;

    Operations(List<Operation> all) {
        this.all = List.copyOf(all);
    }

    List<Operation> all() {
        return all;
    }

    /** Returns the operation of a method and a path, or null. HEAD is answered as GET is. */
    @Nullable
    Operation find(String method, String path) {
        String asked = method.equals("HEAD") ? "GET" : method;
        for (Operation each : all) {
            if (each.method().equals(asked) && each.argument(path) != null) {
                return each;
            }
        }
        return null;
    }

    /** Returns the methods that a path allows, as in the header {@code Allow}; {@code ""} when there is no such path. */
    String allowed(String path) {
        List<String> methods = new ArrayList<>();
        for (Operation each : all) {
            if (each.argument(path) != null) {
                methods.add(each.method());
                if (each.method().equals("GET")) {
                    methods.add("HEAD");
                }
            }
        }
        return String.join(", ", methods);
    }

    /** Returns the paths there are, for people. */
    String paths() {
        return all.stream()
                .map(each -> each.path().replace("*}", "}"))
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
