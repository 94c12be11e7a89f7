package io.grouter.sim.virtual;

import java.util.Locale;

/**
 * One fault with its time and place.
 *
 * @param number its number in the schedule, from 1; stays the same when others are left out
 * @param fromMillis when it begins
 * @param untilMillis when it ends
 * @param fault what happens
 * @param site number of the site, from 1
 * @param other number of the second site or of the node in the site, from 1
 * @param amount how much, in the fault's own unit
 */
record Step(int number, long fromMillis, long untilMillis, Fault fault, int site, int other, int amount) {
    String text() {
        String first = fault.subject() == Fault.Subject.NODE ? "dc" + site + "-" + other : "dc" + site;
        return String.format(
                Locale.ROOT,
                "%3d  %5.1f s to %5.1f s  %s",
                number,
                fromMillis / 1e3,
                untilMillis / 1e3,
                fault.text(first, "dc" + other, amount));
    }
}
