// Reads a run's folder of the test data, as the command does.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "report/run/run_builder.hpp"
#include "report/run/run_facts.hpp"
#include "report/run/run_rows.hpp"
#include "support/testdata.hpp"

namespace acts::report {

inline std::string text_of_file(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Calls take(table, line) for every line behind the header.
template <typename Open, typename Take>
void each_line(const std::string& path, Open open, Take take) {
  std::ifstream file(path);
  std::string line;
  ASSERT_TRUE(std::getline(file, line)) << path;
  auto table = open(line);
  ASSERT_TRUE(table) << table.error().message;
  while (std::getline(file, line)) take(*table, line);
}

inline RunReport read_run(const std::string& name, const Decimal& capital = {}) {
  const std::string dir = test::testdata("runs/" + name + "/");
  RunBuilder builder(name, parse_run_facts(text_of_file(dir + "run.json")).value(), capital);
  const auto added = [](const Result<void>& done) { ASSERT_TRUE(done) << done.error().message; };
  each_line(dir + "equity.csv", equity_table,
            [&](CsvTable& table, const std::string& line) { added(builder.add(equity_row(table, line).value())); });
  std::vector<MarksRow> marks;
  each_line(dir + "marks.csv", marks_table,
            [&](CsvTable& table, const std::string& line) { marks.push_back(marks_row(table, line).value()); });
  std::size_t fill = 0;
  each_line(dir + "fills.csv", fills_table, [&](CsvTable& table, const std::string& line) {
    added(builder.add(fill_row(table, line).value(), &marks.at(fill++)));
  });
  each_line(dir + "orders.csv", orders_table,
            [&](CsvTable& table, const std::string& line) { added(builder.add(order_row(table, line).value())); });
  return builder.finish().value();
}

}  // namespace acts::report
