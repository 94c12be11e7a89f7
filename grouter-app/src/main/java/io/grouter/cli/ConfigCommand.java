package io.grouter.cli;

import io.grouter.cli.Session.Answer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code grouter config}. */
@Command(
        name = "config",
        description = "Show the node's configuration in effect, defaults included, secrets masked: one key a line.")
final class ConfigCommand implements Callable<Integer> {
    @Mixin
    private final AdminOptions admin;

    @Parameters(arity = "0..1", paramLabel = "KEY", description = "Only this key and what is below it, such as gossip.")
    private @Nullable String below;

    ConfigCommand(Surroundings surroundings) {
        this.admin = new AdminOptions(surroundings);
    }

    @Override
    public Integer call() {
        return admin.run(session -> {
            Answer answer = session.get("/v1/config");
            if (session.json()) {
                session.print(answer);
                return ExitCodes.OK;
            }
            if (!show(session.out(), "", answer.fields().values())) {
                throw new CommandFailure(
                        ExitCodes.NO,
                        "no key " + Printable.of(String.valueOf(below)) + " in the configuration",
                        "Without KEY all are shown; ./grouter check-config --reference explains them.");
            }
            return ExitCodes.OK;
        });
    }

    /** Returns whether there was anything to show. */
    private boolean show(Output out, String key, @Nullable Object value) {
        boolean shown = false;
        if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            for (Map.Entry<?, ?> each : map.entrySet()) {
                shown |= show(out, (key.isEmpty() ? "" : key + ".") + each.getKey(), each.getValue());
            }
        } else if (value instanceof List<?> list && list.stream().anyMatch(each -> each instanceof Map)) {
            for (int i = 0; i < list.size(); i++) {
                shown |= show(out, key + "[" + i + "]", list.get(i));
            }
        } else if (below == null || key.equals(below) || key.startsWith(below + ".") || key.startsWith(below + "[")) {
            boolean bare = value instanceof String text && !text.isEmpty();
            out.line(Printable.of(key) + ": " + Printable.of(bare ? String.valueOf(value) : Json.text(value)));
            shown = true;
        }
        return shown;
    }
}
