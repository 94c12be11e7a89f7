package io.grouter.admin;

/**
 * The {@code admin.audit} section of the configuration.
 *
 * @param file the file that gets a line for every change; {@code ""} = the node's log, from the logger {@code audit}
 */
public record AdminAuditConfig(String file) {}
