// A day of rows on its way to a real server through every kind of trouble: what the tests of all sinks share.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "acts/features/row.hpp"

#include "recording/temp_dir.hpp"
#include "servers/fault_proxy.hpp"
#include "servers/server.hpp"
#include "store/sinks/sink.hpp"
#include "store/sqlite_store.hpp"

namespace acts::servers {

// Whether scripts/test_servers.sh could install it: a program of the PATH, or a path below build/servers.
bool is_installed(const std::string& what);

// Columns of the default bands; a spot pair with USDT, one without, a symbol of USD-M, one that is not ASCII.
RowSchema day_schema();
// The rows of one minute (0 <= minute), a symbol each. Prices of every number of decimals up to 18; a tenth of the rows
// has no values. Other `edition`: the same keys, other values.
std::vector<MinuteRow> rows_of(int minute, int edition = 0);

// Fails the test if they are not the same rows, in any order.
void expect_same(const RowSchema& schema, const std::vector<MinuteRow>& local, const std::vector<MinuteRow>& remote);

// What a sink's file gives.
struct SinkCase {
  std::function<std::unique_ptr<Server>(const std::string& dir, std::uint16_t port)> make_server;
  std::function<SinkSettings(std::uint16_t port)> settings;
  int minutes = 1440;
  int book_levels = 3000;  // a side
  // How long after its answer the server has on the disk what it confirmed; then it is killed at times at which it has
  // been asked nothing for so long.
  Nanos writes_behind = {};
};

// Writes the day in slices into acts.db while a SinkFeeder delivers it to the server behind a FaultProxy: killed,
// frozen, refusing, slow, silent, answers lost; some rows are written twice. In the end the sink must hold exactly the
// rows of acts.db, and writing must never have waited for it. Fails the test otherwise. `look`, if given, is called in
// the end with the server's port.
void deliver_a_day_through_trouble(const SinkCase& sink_case, const std::function<void(std::uint16_t)>& look = {});

// Three books of thousands of levels, of two symbols, go from their files to the server, which is killed in the middle
// of one and frozen in the middle of the next; then the process that delivers ends in the middle of the last, and
// another goes on. In the end the sink must hold exactly the levels of the files. Fails the test otherwise. `look` as
// above.
void deliver_books_through_trouble(const SinkCase& sink_case, const std::function<void(std::uint16_t)>& look = {});

// `acts sinks check` makes what is missing, says so once, and leaves no row behind, nor a level of a book; `made`: how
// what it made is called. `made_of_books`: the same of what is for books.
void check_by_the_command(const SinkCase& sink_case, const std::string& made, const std::string& made_of_books = "");

// The columns that another run adds come into the sink, null in the rows that are there.
void add_a_band(const SinkCase& sink_case);

// open() on what `prepare` has made, given the server's port, is refused with this message.
void refuse_a_table(const SinkCase& sink_case, const std::function<void(std::uint16_t)>& prepare,
                    const std::string& message);

// A row with this best_bid is refused with this reason, the others beside it are stored; so is a level of this price.
void set_aside_what_does_not_fit(const SinkCase& sink_case, const Decimal& best_bid, const std::string& reason);

}  // namespace acts::servers
