package io.grouter.testing;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Register messages as Diego's route-emitter sends them, about 850 bytes each, all different. */
public final class DiegoMessages {
    private DiegoMessages() {}

    /** Returns the host of an app. */
    public static String host(int app) {
        return "some-app-" + Integer.toHexString(app * 0x9E3779B1) + ".apps.example.com";
    }

    /** Returns the message for the first instance of an app. */
    public static byte[] register(int app) {
        return register(app, host(app), 0);
    }

    /** Returns the message for one instance of an app, under a route; the version is part of the instance's id. */
    public static byte[] register(int app, String uri, int version) {
        String guid = new UUID(0x1234_5678_0000_4000L + app, 0x8000_0000_0000_0000L | app).toString();
        String instance = new UUID(0x4321_0000_0000_4000L + version, 0x9000_0000_0000_0000L | app).toString();
        String address = "10." + (app >>> 16 & 255) + "." + (app >>> 8 & 255) + "." + (app & 255);
        int space = app % 500;
        String message = "{\"host\":\"" + address + "\",\"port\":61012,\"tls_port\":61014,\"uris\":[\"" + uri
                + "\"],\"app\":\"" + guid + "\",\"private_instance_id\":\"" + instance
                + "\",\"private_instance_index\":\"0\",\"server_cert_domain_san\":\"" + instance
                + "\",\"endpoint_updated_at_ns\":1730000000000000000,\"availability_zone\":\"z" + app % 3
                + "\",\"tags\":{\"app_id\":\"" + guid + "\",\"app_name\":\"some-app-" + Integer.toHexString(app)
                + "\",\"component\":\"route-emitter\",\"instance_id\":\"0\",\"organization_id\":\""
                + new UUID(7, space / 10)
                + "\",\"organization_name\":\"org-" + space / 10 + "\",\"process_id\":\"" + guid
                + "\",\"process_instance_id\":\"" + instance + "\",\"process_type\":\"web\",\"source_id\":\"" + guid
                + "\",\"space_id\":\"" + new UUID(9, space) + "\",\"space_name\":\"space-" + space + "\"}}";
        return message.getBytes(StandardCharsets.UTF_8);
    }
}
