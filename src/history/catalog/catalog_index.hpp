// Every source that has entered and every file that counts, for whoever enters more: what is asked of it, and what each
// new source adds, takes no longer with many of them. Pure.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "history/catalog/manifest.hpp"

namespace acts::history {

class CatalogIndex {
 public:
  CatalogIndex() = default;
  explicit CatalogIndex(std::vector<Manifest> manifests);

  // It stays where it is.
  const Manifest& add(Manifest manifest);

  // nullptr: there is none.
  [[nodiscard]] const Manifest* find(const std::string& id) const;
  // The file that counts of that set and day; of several (catalogs that were put together by hand) the first.
  [[nodiscard]] const CatalogFile* find(const DataSet& set, std::int64_t day) const;
  // What enters has that form at least: wide once a file is that counts of its kind, venue and symbol, whatever its
  // interval and origin.
  [[nodiscard]] DecimalForm form_of(const DataSet& set) const;
  // The source whose files took the place of that one; nullptr: it counts, or never was.
  [[nodiscard]] const Manifest* replaced_by(const std::string& path) const;
  [[nodiscard]] std::size_t size() const { return manifests_.size(); }
  // As current_files() of all manifests: this one does take longer.
  [[nodiscard]] std::vector<CatalogFile> files() const;

 private:
  void note_replaced(const Manifest& manifest);
  void note_files(const Manifest& manifest);

  std::deque<Manifest> manifests_;
  std::unordered_map<std::string, const Manifest*> by_id_;
  std::unordered_set<std::string> wide_;                                   // by DataSet::symbol_folder()
  std::unordered_map<std::string, const Manifest*> replaced_;              // by path
  std::unordered_map<std::string, std::vector<const CatalogFile*>> days_;  // by folder: what counts
};

}  // namespace acts::history
