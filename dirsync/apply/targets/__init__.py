"""What changes are carried out on, one module per product: each implements `dirsync.model.plans.Target`."""
