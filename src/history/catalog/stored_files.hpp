// Files of the catalog as whoever reads their rows needs them: where each is, and of what form. 32 bytes a file, and a
// data set once: a run over years of days holds them from its begin to its end. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "history/catalog/manifest.hpp"

namespace acts::history {

class StoredFiles {
 public:
  StoredFiles() = default;
  explicit StoredFiles(const std::vector<CatalogFile>& files);
  // Behind the others. Its digest is one (parse_manifest()).
  void add(const CatalogFile& file);
  // Those of the days from `begin` on and before `end`, in the same order.
  [[nodiscard]] StoredFiles between(std::int64_t begin, std::int64_t end) const;

  [[nodiscard]] std::size_t size() const { return files_.size(); }
  // Of the file at `i`, below size(), as CatalogFile has them. A set lives as long as this.
  [[nodiscard]] const DataSet& set(std::size_t i) const { return sets_[files_[i].set]; }
  [[nodiscard]] std::int64_t day(std::size_t i) const { return files_[i].day; }
  [[nodiscard]] DecimalForm form(std::size_t i) const { return files_[i].form; }
  [[nodiscard]] std::size_t column_count(std::size_t i) const { return files_[i].columns; }
  [[nodiscard]] std::string path(std::size_t i) const;

 private:
  // Of sets_, where it is from now on.
  std::uint32_t number_of(const DataSet& set);

  struct File {
    std::uint64_t name = 0;  // the digits of its digest that are in its path
    std::uint64_t generation = 0;
    std::int32_t day = 0;
    std::uint32_t set = 0;  // of sets_
    std::uint16_t columns = 0;
    DecimalForm form = DecimalForm::kNarrow;
  };

  std::vector<DataSet> sets_;
  std::vector<File> files_;
};

}  // namespace acts::history
