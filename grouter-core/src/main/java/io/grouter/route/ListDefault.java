package io.grouter.route;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The value of a key that may be left out of an item of a list. (Keys outside lists have their defaults in
 * {@code reference.yaml}.)
 */
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface ListDefault {
    /** Returns the value as it would be written; for a list, {@code ""} is the empty one. */
    String value();
}
