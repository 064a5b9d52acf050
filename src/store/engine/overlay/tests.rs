use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

struct Model(BTreeMap<Vec<u8>, Vec<u8>>);

impl ReadTx for Model {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.get(key).cloned())
    }

    fn scan(
        &self,
        from: &[u8],
        to: &[u8],
        order: Order,
        visit: &mut dyn FnMut(&[u8], &[u8]) -> Visit,
    ) -> Result<(), StoreError> {
        let mut rows: Vec<_> = self.0.range(from.to_vec()..to.to_vec()).collect();
        if order == Order::Descending {
            rows.reverse();
        }
        for (key, value) in rows {
            if visit(key, value)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

fn collect(
    tx: &dyn ReadTx,
    from: u8,
    to: u8,
    order: Order,
    limit: usize,
) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut rows = Vec::new();
    tx.scan(&[from], &[to], order, &mut |key, value| {
        rows.push((key.to_vec(), value.to_vec()));
        Ok(if rows.len() < limit {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        })
    })
    .unwrap();
    rows
}

proptest! {
    /// An overlay reads exactly as if its changes had been applied.
    #[test]
    fn reads_like_the_base_with_changes_applied(
        base in prop::collection::btree_map(0u8..24, any::<u8>(), 0..16),
        changes in prop::collection::vec((0u8..24, prop::option::of(any::<u8>())), 0..16),
        from in 0u8..24, length in 0u8..24, limit in 1usize..12, descending: bool,
    ) {
        let model = Model(base.iter().map(|(k, v)| (vec![*k], vec![*v])).collect());
        let mut applied = model.0.clone();
        let mut overlay = Overlay::new(&model);
        for (key, value) in &changes {
            match value {
                Some(value) => {
                    applied.insert(vec![*key], vec![*value]);
                    overlay.put(vec![*key], vec![*value]);
                }
                None => {
                    applied.remove(&vec![*key]);
                    overlay.delete(vec![*key]);
                }
            }
        }
        let applied = Model(applied);
        let order = if descending { Order::Descending } else { Order::Ascending };
        prop_assert_eq!(
            collect(&overlay, from, from + length, order, limit),
            collect(&applied, from, from + length, order, limit)
        );
        for key in 0..24 {
            prop_assert_eq!(overlay.get(&[key]).unwrap(), applied.get(&[key]).unwrap());
        }
    }
}
