package io.grouter.admin;

import io.grouter.fib.RouteEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JacksonSerializable;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.jsontype.TypeSerializer;

/**
 * One page of routes.
 *
 * @param json writes them
 * @param total how many match; null = that would be dear to count
 * @param next cursor of the next page; null = there is none
 */
record RoutePage(
        RouteJson json,
        List<RouteEntry> routes,
        @Nullable Long total,
        @Nullable String next) implements JacksonSerializable {
    @Override
    public void serialize(JsonGenerator out, SerializationContext context) {
        out.writeStartObject();
        out.writeArrayPropertyStart("routes");
        routes.forEach(route -> json.write(out, route));
        out.writeEndArray();
        if (total == null) {
            out.writeNullProperty("total");
        } else {
            out.writeNumberProperty("total", total);
        }
        out.writeStringProperty("next", next);
        out.writeEndObject();
    }

    @Override
    public void serializeWithType(JsonGenerator out, SerializationContext context, TypeSerializer type) {
        serialize(out, context);
    }
}
