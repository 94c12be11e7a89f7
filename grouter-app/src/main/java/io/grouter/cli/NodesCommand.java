package io.grouter.cli;

import io.grouter.cli.Session.Answer;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code grouter nodes}. */
@Command(name = "nodes", description = "List the nodes of all sites that this one sees; speakers speak for their site.")
final class NodesCommand implements Callable<Integer> {
    private static final List<Column> COLUMNS = List.of(
            Column.text("NODE").shrinkingTo(12),
            Column.text("SITE"),
            Column.text("IS"),
            Column.text("SPEAKER"),
            Column.text("ADDRESS").shrinkingTo(12).importance(2),
            Column.text("VERSION").importance(1));

    @Mixin
    private final AdminOptions admin;

    NodesCommand(Surroundings surroundings) {
        this.admin = new AdminOptions(surroundings);
    }

    @Override
    public Integer call() {
        return admin.run(session -> {
            Answer answer = session.get("/v1/nodes");
            if (session.json()) {
                session.print(answer);
            } else {
                session.print(
                        COLUMNS,
                        answer.fields().objects("nodes").stream()
                                .map(NodesCommand::row)
                                .toList(),
                        "no nodes");
            }
            return ExitCodes.OK;
        });
    }

    private static List<Cell> row(Fields node) {
        String is = node.flag("own") ? "this node" : node.flag("sibling") ? "sibling" : "other site";
        return List.of(
                Cell.of(node.text("name")),
                Cell.of(node.text("site")),
                Cell.of(is),
                Cell.of(node.flag("speaker") ? "yes" : "no"),
                Cell.of(node.has("address") ? node.text("address") : "-"),
                Cell.of(node.has("version") ? node.text("version") : "-"));
    }
}
