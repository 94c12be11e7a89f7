package io.grouter.gossip;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import io.grouter.overrides.OperatorOverride;
import io.grouter.overrides.OverrideEntry;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One override as protobuf fields. Stateless but for its reader; the entry itself checks every value. */
final class OverrideCodec {
    private static final int VERSION = 1;
    private static final int NODE = 2;
    private static final int KIND = 3;
    private static final int ROUTE = 4;
    private static final int TO = 5;
    private static final int WHO = 6;
    private static final int WHY = 7;
    private static final int SINCE = 8;
    private static final int UNTIL = 9;
    private static final int REMOVED = 10;
    private static final int BY = 11;

    private OverrideCodec() {}

    static void write(CodedOutputStream out, OverrideEntry entry) throws IOException {
        OperatorOverride order = entry.order();
        RouteUri route = order.route();
        SiteId to = order.to();
        out.writeInt64(VERSION, entry.version());
        out.writeFixed64(NODE, entry.node());
        out.writeInt32(KIND, number(order.kind()));
        if (route != null) {
            out.writeString(ROUTE, route.toString());
        }
        if (to != null) {
            out.writeString(TO, to.name());
        }
        out.writeString(WHO, order.who());
        out.writeString(WHY, order.why());
        out.writeInt64(SINCE, order.sinceMillis());
        out.writeInt64(UNTIL, order.untilMillis());
        if (entry.removed()) {
            out.writeBool(REMOVED, true);
            out.writeString(BY, entry.by());
        }
    }

    /** Returns how many bytes an entry takes, roughly. */
    static int weight(OverrideEntry entry) {
        OperatorOverride order = entry.order();
        RouteUri route = order.route();
        int name = route == null ? 0 : route.host().length() + route.path().length();
        return 100
                + name
                + order.who().length()
                + order.why().length()
                + entry.by().length();
    }

    private static int number(OperatorOverride.Kind kind) {
        return switch (kind) {
            case DRAIN_SITE -> 1;
            case DRAIN_ROUTE -> 2;
            case FORCE_ROUTE -> 3;
        };
    }

    /** Collects the fields of one override. */
    static final class Reader {
        private long version;
        private long node;
        private int kind;
        private @Nullable RouteUri route;
        private @Nullable SiteId to;
        private String who = "";
        private String why = "";
        private long since;
        private long until;
        private boolean removed;
        private String by = "";

        /** Reads one field; false when it is not known. */
        boolean field(int field, CodedInputStream in) throws IOException {
            switch (field) {
                case VERSION -> version = in.readInt64();
                case NODE -> node = in.readFixed64();
                case KIND -> kind = in.readInt32();
                case ROUTE -> route = RouteUri.ofKey(MessageCodec.string(in));
                case TO -> to = new SiteId(MessageCodec.string(in));
                case WHO -> who = MessageCodec.string(in);
                case WHY -> why = MessageCodec.string(in);
                case SINCE -> since = in.readInt64();
                case UNTIL -> until = in.readInt64();
                case REMOVED -> removed = in.readBool();
                case BY -> by = MessageCodec.string(in);
                default -> {
                    return false;
                }
            }
            return true;
        }

        /** Returns the override, or null when it is of a kind that is not known. */
        @Nullable
        OverrideEntry entry() {
            OperatorOverride.Kind known = switch (kind) {
                case 1 -> OperatorOverride.Kind.DRAIN_SITE;
                case 2 -> OperatorOverride.Kind.DRAIN_ROUTE;
                case 3 -> OperatorOverride.Kind.FORCE_ROUTE;
                default -> null;
            };
            return known == null
                    ? null
                    : new OverrideEntry(
                            version, node, new OperatorOverride(known, route, to, who, why, since, until), removed, by);
        }
    }
}
