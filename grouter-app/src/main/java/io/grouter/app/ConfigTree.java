package io.grouter.app;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A YAML file as a tree in which every value knows where it stands.
 *
 * <p>A view over the parser: nothing else knows the YAML library.
 */
public sealed interface ConfigTree {
    /** Returns {@code file:line:column}, counted from 1, or a word for where it came from. */
    String place();

    /** Returns whether the value is marked as one that must be given. */
    boolean required();

    /** A mapping; keys in the order of the file. */
    record Section(String place, boolean required, Map<String, ConfigTree> entries, Map<String, String> keyPlaces)
            implements ConfigTree {}

    /** A list. */
    record Items(String place, boolean required, List<ConfigTree> items) implements ConfigTree {}

    /** A single value; null when nothing stands behind the key. */
    record Value(String place, boolean required, @Nullable String text, boolean quoted) implements ConfigTree {}

    /**
     * Parses a file's text; what is wrong with it is added to the problems.
     *
     * @param file name of the file for the places
     */
    static Section parse(String file, String text, List<String> problems) {
        Section empty = new Section(file, false, Map.of(), Map.of());
        try {
            LoadSettings settings = LoadSettings.builder().setLabel(file).build();
            Optional<Node> root = new Compose(settings).composeString(text);
            if (root.isEmpty()) {
                return empty;
            }
            ConfigTree tree = convert(file, root.get(), 0, problems);
            if (tree instanceof Section section) {
                return section;
            }
            if (!(tree instanceof Value value && value.text() == null)) {
                problems.add(tree.place() + ": the file is not a mapping (expected: sections such as \"site:\")");
            }
        } catch (MarkedYamlEngineException e) {
            String place = e.getProblemMark().map(mark -> place(file, mark)).orElse(file);
            problems.add(place + ": not valid YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            problems.add(file + ": not valid YAML: " + e.getMessage());
        }
        return empty;
    }

    private static ConfigTree convert(String file, Node node, int depth, List<String> problems) {
        String place = node.getStartMark().map(mark -> place(file, mark)).orElse(file);
        boolean required = node.getTag().getValue().equals("!required");
        if (depth > 20) {
            problems.add(place + ": nested too deeply");
            return new Value(place, required, null, false);
        }
        if (node instanceof MappingNode mapping) {
            Map<String, ConfigTree> entries = new LinkedHashMap<>();
            Map<String, String> keyPlaces = new LinkedHashMap<>();
            for (NodeTuple tuple : mapping.getValue()) {
                String keyPlace = tuple.getKeyNode()
                        .getStartMark()
                        .map(mark -> place(file, mark))
                        .orElse(place);
                if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                    problems.add(keyPlace + ": a key that is not a word");
                } else if (entries.containsKey(key.getValue())) {
                    problems.add(keyPlace + ": " + key.getValue() + ": is there twice (first at "
                            + keyPlaces.get(key.getValue()) + ")");
                } else {
                    entries.put(key.getValue(), convert(file, tuple.getValueNode(), depth + 1, problems));
                    keyPlaces.put(key.getValue(), keyPlace);
                }
            }
            return new Section(place, required, entries, keyPlaces);
        }
        if (node instanceof SequenceNode sequence) {
            List<ConfigTree> items = new ArrayList<>();
            for (Node item : sequence.getValue()) {
                items.add(convert(file, item, depth + 1, problems));
            }
            return new Items(place, required, items);
        }
        ScalarNode scalar = (ScalarNode) node;
        boolean isNull = scalar.getTag().equals(Tag.NULL);
        boolean quoted = !scalar.isPlain();
        return new Value(place, required, isNull ? null : scalar.getValue(), quoted);
    }

    private static String place(String file, Mark mark) {
        return file + ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1);
    }
}
