/**
 * The store: items on disk, valid or not there; profiles; roots.
 *
 * <p>How an item comes into being, and what a kill leaves at each point:
 * <ol>
 *   <li>it is built, frozen and hashed in {@code staging/}: rubbish whose lock is free, the next to build removes it;
 *   <li>it is written to the device, then renamed into {@code items/}: a directory the database does not know, which
 *       counts for nothing and is replaced;
 *   <li>it is registered, together with its whole batch, in one transaction: valid.
 * </ol>
 * Steps 2 and 3 happen while the database's write lock is held, so that two processes never put the same item in place.
 * The locks on items only keep them from making it twice.
 */
package dev.carrel.store;
