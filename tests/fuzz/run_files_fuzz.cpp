// A backtest's files, of anything: what is taken makes a page whose parts are JSON and in which no name is markup, and
// figures without NaN. Input: run.json, equity.csv, fills.csv, marks.csv, orders.csv and books.csv, with a line "%%"
// between.
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/assert.hpp"

#include "report/run/book_rows.hpp"
#include "report/run/run_builder.hpp"
#include "report/run/run_facts.hpp"
#include "report/run/run_rows.hpp"
#include "report/sheet/sheet.hpp"

using namespace acts;
using namespace acts::report;

namespace {

std::string_view cut(std::string_view& rest, std::string_view mark) {
  const std::string_view part = rest.substr(0, rest.find(mark));
  rest.remove_prefix(std::min(part.size() + mark.size(), rest.size()));
  return part;
}

template <typename Open, typename Take>
void each_line(std::string_view text, Open open, Take take) {
  auto table = open(cut(text, "\n"));
  while (table && !text.empty()) take(*table, cut(text, "\n"));
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

void check(const Sheet& sheet) {
  const std::string page = to_page(sheet);
  ACTS_ASSERT(count(page, "<script") == 3 && count(page, "</script>") == 3 && !page.contains("<!--"));
  for (const std::string_view begin : {"id=\"panels\">", "id=\"tables\">"}) {
    const std::size_t at = page.find(begin) + begin.size();
    ACTS_ASSERT(nlohmann::json::accept(page.substr(at, page.find("</script>", at) - at)));
  }
  ACTS_ASSERT(nlohmann::json::accept(to_json(sheet)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::array<std::string_view, 6> files;
  for (std::string_view& file : files) file = cut(rest, "%%\n");
  auto facts = parse_run_facts(files[0]);
  RunFacts known = facts ? *facts : RunFacts{};
  known.fills.reset();  // so that a line more or less is not the end of it
  const Decimal capital{static_cast<std::int64_t>(size % 3) * 1000, 0};
  RunBuilder builder("fuzzed", known, capital);
  each_line(files[1], equity_table, [&](CsvTable& table, std::string_view line) {
    if (const auto row = equity_row(table, line)) (void)builder.add(*row);
  });
  std::vector<MarksRow> marks;
  each_line(files[3], marks_table, [&](CsvTable& table, std::string_view line) {
    if (const auto row = marks_row(table, line)) marks.push_back(*row);
  });
  std::size_t fill = 0;
  each_line(files[2], fills_table, [&](CsvTable& table, std::string_view line) {
    if (const auto row = fill_row(table, line)) (void)builder.add(*row, fill < marks.size() ? &marks[fill] : nullptr);
    ++fill;
  });
  each_line(files[4], orders_table, [&](CsvTable& table, std::string_view line) {
    if (const auto row = order_row(table, line)) (void)builder.add(*row);
  });
  each_line(files[5], books_table, [&](CsvTable& table, std::string_view line) {
    if (const auto row = book_row(table, line)) (void)builder.add(*row);
  });
  auto run = builder.finish();
  if (!run) return 0;
  Sheet sheet;
  sheet.runs.push_back(*std::move(run));
  // A page takes a hundred times as long as what is read for it: of every eighth input.
  if (size % 8 == 0) check(sheet);
  ACTS_ASSERT(to_csv(sheet).starts_with("run,group,figure,value,convention\n"));
  return 0;
}
