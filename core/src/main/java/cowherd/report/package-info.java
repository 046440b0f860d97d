/**
 * Results as text, JSON, JUnit XML, KTAP, SVG and HTML. A reporter writes down what an engine found
 * and never decides.
 */
@NullMarked
package cowherd.report;

import org.jspecify.annotations.NullMarked;
